import type { DeliveryOutcome, QueuedEvent } from "../core/delivery.ts";
import type { Codec } from "./encode.ts";
import type { HttpAnswer } from "./http.ts";

/** Server texts are cut to this many characters before they are reported. */
export const MAX_DETAIL_CHARACTERS = 512;

/** A request before its body is encoded. */
export interface WireRequest {
  /** Headers beside `Content-Type`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body's JSON. */
  readonly text: string;
}

/** How a protocol writes a batch and reads its answer. Pure. */
export interface Wire {
  /** Where batches go. */
  readonly url: string;
  /** How bodies are compressed; undefined: not at all. */
  readonly codec: Codec | undefined;
  /** Writes one attempt at `now`, in ms since the epoch. */
  build(batch: readonly QueuedEvent[], now: number): WireRequest;
  /** Reads a success; `afterMs` is its `Retry-After`. */
  readSuccess(
    answer: HttpAnswer,
    batch: readonly QueuedEvent[],
    afterMs: number | undefined,
  ): DeliveryOutcome[];
  /** The server's words for a refusal, cut to {@linkcode MAX_DETAIL_CHARACTERS}. */
  readRefusal(answer: HttpAnswer): string | undefined;
}
