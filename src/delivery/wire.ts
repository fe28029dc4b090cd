import type { DeliveryReason, Lane, LogicalRequest } from "../core/delivery.ts";
import { isRecord, isText } from "../core/guards.ts";
import { parseJson } from "../core/json.ts";
import type {
  DeliverySettings,
  EventText,
  Judge,
  Verdict,
} from "./delivery.ts";
import type { HttpAnswer } from "./http.ts";

/** How both lanes write a batch and read its answer. Pure. */
export interface Wire {
  /** Where the batches of a lane go. */
  toPath(lane: Lane): string;
  /** Says what stands beside the events of an attempt at `now`, in ms since the epoch, and in its headers. */
  frame(
    request: LogicalRequest,
    now: number,
  ): { headers: Readonly<Record<string, string>>; body: object };
  /** Reads a success; `afterMs` is its `Retry-After`. */
  readSuccess(answer: HttpAnswer, afterMs: number | undefined): Judge;
  /** The server's words for a refusal. */
  readRefusal(answer: HttpAnswer): string | undefined;
  /** Which protocol it is. */
  readonly captureMode: DeliverySettings["captureMode"];
}

/** The members of a JSON object; none where the text is something else. */
export function readMembers(
  text: string | undefined,
): Readonly<Record<string, unknown>> {
  const value = parseJson(text);
  return isRecord(value) ? value : {};
}

/** Asks for another attempt. */
export function askRetry(
  reason: DeliveryReason,
  afterMs: number | undefined,
): Verdict {
  return { kind: "retry", reason, ...(afterMs && { afterMs }) };
}

/** Writes the body of an attempt: the events are serialized already, and differ from their texts where their protocol does. */
export function writeBody(
  frame: object,
  batch: readonly Pick<EventText, "text" | "wire">[],
): string {
  const events = batch.map(({ text, wire }) =>
    wire ? text.slice(0, wire[0]) + wire[1] : text
  );
  return `${JSON.stringify(frame).slice(0, -1)},"batch":[${events.join()}]}`;
}

/** Creates the wire of v0, whose answer speaks for all events alike. */
export function createV0Wire(
  { apiKey, historicalMigration }: DeliverySettings,
): Wire {
  return {
    captureMode: "v0",
    toPath: (lane) => lane === "ai" ? "/i/v0/ai/batch/" : "/batch/",
    frame: (_request, now) => ({
      headers: {},
      body: {
        "api_key": apiKey,
        // Fresh for every attempt: the server derives the clock's skew from it.
        "sent_at": new Date(now).toISOString(),
        "historical_migration": historicalMigration || undefined,
      },
    }),
    readSuccess(answer) {
      const reason = readQuota(answer);
      return () => ({ kind: "delivered", ...(reason && { reason }) });
    },
    readRefusal: ({ text }) => text,
  };
}

/** Over a quota PostHog takes the events and drops them; sending them again could not help. */
function readQuota({ status, text }: HttpAnswer): DeliveryReason | undefined {
  const { quota_limited: limited } = readMembers(text);
  if (
    !Array.isArray(limited) || limited.length === 0 || !limited.every(isText)
  ) {
    return undefined;
  }
  return {
    code: "quota_limited",
    status,
    details: limited.join(", ").slice(0, 512),
  };
}
