import type { CapturedEvent, SendFeatureFlagsOptions } from "../core/event.ts";
import { isRecord } from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { type EventText, UNFINISHED_TEXT } from "../transport/event_text.ts";
import type { QueueItem } from "../transport/queue.ts";
import type { WantedFlags } from "./build.ts";

/** Whose flags an event wants, and how they are evaluated. */
export interface EventFlagsRequest {
  /** Whom the event is about. */
  readonly distinctId: string;
  /** The event's groups, as sent. */
  readonly groups: Readonly<Record<string, string | number>>;
  /** The event's own `disableGeoip`. */
  readonly disableGeoip: boolean | undefined;
  /** The caller's options. */
  readonly options: SendFeatureFlagsOptions;
}

/** Evaluates flags for an event; gives `$feature/<key>` and `$active_feature_flags`. May reject. */
export type EvaluateEventFlags = (
  request: EventFlagsRequest,
) => Promise<JsonObject>;

/** An event for the queue. */
export interface Prepared {
  /** The event: finished, or not where there is a `ready`. */
  readonly item: QueueItem;
  /** Resolves when it can be finished with its flags; never rejects. */
  readonly ready?: Promise<void>;
}

/** What finishes an event. */
export interface Finishing {
  /** When the event was captured, in ms since the epoch. */
  readonly admittedAt: number;
  /** What it counts for until its text is known. */
  readonly bytes: number;
  /** Runs the hooks and serializes; undefined when the event is dropped. */
  readonly finish: (event: CapturedEvent) => EventText | undefined;
}

/**
 * Begins to evaluate the flags of an event that is complete but for them. Whoever finishes it before they are there
 * finishes it without: flags that can't be had never cost the event.
 */
export function startPreparation(
  event: CapturedEvent,
  { options, disableGeoip, merge }: WantedFlags,
  evaluateFlags: EvaluateEventFlags,
  { admittedAt, bytes, finish }: Finishing,
): Prepared {
  const { uuid, event: name, distinctId, properties } = event;
  let flags: JsonObject | undefined;
  const evaluate = async () => {
    try {
      const groups = readGroups(properties["$groups"]);
      flags = await evaluateFlags({
        distinctId,
        groups,
        disableGeoip,
        options,
      });
    } catch {
      // The event goes without them.
    }
  };
  const item: QueueItem = {
    uuid,
    event: name,
    text: UNFINISHED_TEXT,
    bytes,
    admittedAt,
    fate: "queued",
    make: () => finish({ ...event, properties: merge(flags) }),
  };
  return { item, ready: evaluate() };
}

/** Keys of another kind name no group. */
function readGroups(
  given: JsonValue | undefined,
): Record<string, string | number> {
  const entries = Object.entries(isRecord(given) ? given : {});
  return Object.fromEntries(
    entries.flatMap(([type, key]) =>
      typeof key === "string" || typeof key === "number" ? [[type, key]] : []
    ),
  );
}
