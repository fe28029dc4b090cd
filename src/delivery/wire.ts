import type { DeliveryReason, LogicalRequest } from "../core/delivery.ts";
import { isFiniteNumber, isRecord, isText } from "../core/guards.ts";
import { type JsonValue, parseJson } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import type {
  DeliverySettings,
  Judge,
  QueueItem,
  Verdict,
} from "./delivery.ts";
import type { Codec } from "./encode.ts";
import type { HttpAnswer } from "./http.ts";

/** What a protocol needs to know. */
export type WireOptions = Pick<
  DeliverySettings,
  "apiKey" | "historicalMigration"
>;

/** How a protocol writes a batch and reads its answer. Pure. */
export interface Protocol {
  /** Writes the JSON of one attempt at `now`, in ms since the epoch, and the headers beside `Content-Type`. */
  build(
    batch: readonly Pick<QueueItem, "text">[],
    request: LogicalRequest,
    now: number,
  ): { headers: Readonly<Record<string, string>>; text: string };
  /** Reads a success; `afterMs` is its `Retry-After`. */
  readSuccess(answer: HttpAnswer, afterMs: number | undefined): Judge;
  /** The server's words for a refusal. */
  readRefusal(answer: HttpAnswer): string | undefined;
}

/** The protocol of a lane, and where it is spoken. */
export interface Wire extends Protocol {
  /** Which it is. */
  readonly captureMode: DeliverySettings["captureMode"];
  /** Where batches go. */
  readonly url: string;
  /** How bodies are compressed; undefined: not at all. */
  readonly codec: Codec | undefined;
}

/** An option that PostHog knows. */
type KnownOption = readonly [
  /** What v0 has for it. */
  property: string,
  /** What v1 calls it. */
  name: string,
  /** The value that PostHog takes; undefined where there is none. */
  read: (value: JsonValue | undefined) => JsonValue | undefined,
];

/** The options that PostHog knows. */
export const EVENT_OPTIONS: readonly KnownOption[] = [
  ["$process_person_profile", "process_person_profile", readBoolean],
  ["$cookieless_mode", "cookieless_mode", readBoolean],
  ["$ignore_sent_at", "disable_skew_correction", readBoolean],
  ["$product_tour_id", "product_tour_id", readText],
];

function readText(value: JsonValue | undefined): string | undefined {
  return isText(value) ? value : undefined;
}

function readBoolean(value: JsonValue | undefined): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (isFiniteNumber(value)) return value !== 0;
  if (!isText(value)) return undefined;
  const [word, yes] = /^(true|1)$|^(?:false|0)$/i.exec(value.trim()) ?? [];
  return word === undefined ? undefined : yes !== undefined;
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

/** Creates the v0 protocol of `/batch/` and `/i/v0/ai/batch/`: the answer speaks for all events alike. */
export function createV0Protocol(
  { apiKey, historicalMigration }: WireOptions,
  reporter: Pick<Reporter, "debug">,
): Protocol {
  return {
    build(batch, _request, now) {
      const head = JSON.stringify({
        api_key: apiKey,
        // Fresh for every attempt: the server derives the clock's skew from it.
        sent_at: new Date(now).toISOString(),
        historical_migration: historicalMigration || undefined,
      });
      // The events are serialized already.
      const events = batch.map(({ text }) => foldOptions(text, reporter))
        .join();
      return { headers: {}, text: `${head.slice(0, -1)},"batch":[${events}]}` };
    },
    readSuccess(answer) {
      const reason = readQuota(answer);
      return () => ({ kind: "delivered", ...(reason && { reason }) });
    },
    readRefusal: ({ text }) => text,
  };
}

/** Puts the options of a stored event among its properties, where v0 has them; tells of those that it has not. */
function foldOptions(text: string, reporter: Pick<Reporter, "debug">): string {
  // Few events have any, and only they are parsed.
  const event = text.includes('"options"') && JSON.parse(text);
  const { options, properties } = event;
  if (!isRecord(options) || !isRecord(properties)) return text;
  for (const [property, name] of EVENT_OPTIONS) {
    // What is undefined does not travel.
    properties[property] = options[name] ?? properties[property];
    delete options[name];
  }
  const others = Object.keys(options).join();
  if (others) reporter.debug(`v0 has no option for ${others}`);
  delete event.options;
  return JSON.stringify(event);
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
