import type {
  DeliveryOutcome,
  DeliveryReason,
  LogicalRequest,
} from "../core/delivery.ts";
import { isRecord } from "../core/guards.ts";
import { parseJson } from "../core/json.ts";
import type { Codec } from "./encode.ts";
import type { HttpAnswer } from "./http.ts";
import type { QueueItem } from "./item.ts";

/** A request before its body is encoded. */
export interface WireRequest {
  /** Headers beside `Content-Type`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body's JSON. */
  readonly text: string;
}

/** What a protocol needs to know. */
export interface WireOptions {
  /** The project token. */
  readonly apiKey: string;
  /** Marks batches as historical imports. */
  readonly historicalMigration: boolean;
}

/** Makes one attempt to send events of one lane; rejects, or does not answer in time, where there was no answer. */
export type Send = (
  batch: readonly QueueItem[],
  request: LogicalRequest,
  signal: AbortSignal,
) => Promise<Judge>;

/** Says what became of the event of a uuid. */
export type Judge = (uuid: string) => Verdict;

/** An outcome, but for the uuid. */
export type Verdict = DeliveryOutcome extends infer Outcome
  ? Outcome extends DeliveryOutcome ? Omit<Outcome, "uuid"> : never
  : never;

/** How a protocol writes a batch and reads its answer. Pure. */
export interface Wire {
  /** Where batches go. */
  readonly url: string;
  /** How bodies are compressed; undefined: not at all. */
  readonly codec: Codec | undefined;
  /** Writes one attempt at `now`, in ms since the epoch. */
  build(
    batch: readonly Pick<QueueItem, "text">[],
    request: LogicalRequest,
    now: number,
  ): WireRequest;
  /** Reads a success; `afterMs` is its `Retry-After`. */
  readSuccess(answer: HttpAnswer, afterMs: number | undefined): Judge;
  /** The server's words for a refusal. */
  readRefusal(answer: HttpAnswer): string | undefined;
}

/** The members of a JSON object; none where the text is something else. */
export function readMembers(
  text: string | undefined,
): Readonly<Record<string, unknown>> {
  const value = parseJson(text);
  return isRecord(value) ? value : {};
}

/** Cuts a text of the server before it is reported. */
export function cutDetail(text: string): string {
  return text.slice(0, 512);
}

/** Asks for another attempt. */
export function askRetry(
  reason: DeliveryReason,
  afterMs: number | undefined,
): Verdict {
  return { kind: "retry", reason, ...(afterMs && { afterMs }) };
}
