import type { BeforeSend, CapturedEvent } from "../core/event.ts";
import { isNonBlank, isRecord, isThenable } from "../core/guards.ts";
import { toJsonObject } from "../core/json.ts";
import { isUuid } from "../core/uuid.ts";
import { parseDistinctId } from "./distinct_id.ts";
import { toTimestamp } from "./timestamp.ts";

/** What a chain of hooks made of an event. */
export type HookResult =
  | { readonly kind: "kept"; readonly event: CapturedEvent }
  /** A hook answered `null`, `undefined` or `false`. */
  | { readonly kind: "dropped" }
  /** A hook threw or answered with the wrong kind: the event may be raw, so it goes no further. */
  | {
    readonly kind: "failed";
    readonly reason: string;
    readonly cause?: unknown;
  }
  /** The hooks took away the event's name or its id. */
  | { readonly kind: "blank" };

/** Runs the hooks in order on a private event and normalises what comes out. Never throws. */
export function runBeforeSend(
  hooks: readonly BeforeSend[],
  event: CapturedEvent,
): HookResult {
  let current: unknown = { ...event };
  try {
    for (const hook of hooks) {
      current = hook(current as CapturedEvent);
      if (current === null || current === undefined || current === false) {
        return { kind: "dropped" };
      }
      if (isThenable(current)) {
        // Its outcome is of no use any more, but an unhandled rejection would end some processes.
        current.then(undefined, () => {});
        return fail("it returned a promise, hooks are synchronous");
      }
      if (!isRecord(current)) {
        return fail("it returned something that is no event");
      }
    }
    return normalise(
      current as Partial<Record<keyof CapturedEvent, unknown>>,
      event,
    );
  } catch (cause) {
    // The hook itself, or a getter of what it returned.
    return { kind: "failed", reason: "it threw", cause };
  }
}

function fail(reason: string): HookResult {
  return { kind: "failed", reason };
}

function normalise(
  changed: Partial<Record<keyof CapturedEvent, unknown>>,
  before: CapturedEvent,
): HookResult {
  const { event, distinctId, properties, timestamp, uuid } = changed;
  const id = parseDistinctId(distinctId);
  if (!isNonBlank(event) || id.kind !== "id") return { kind: "blank" };
  return {
    kind: "kept",
    event: {
      event: event.toWellFormed(),
      distinctId: id.id.toWellFormed(),
      properties: isRecord(properties) ? toJsonObject(properties) : {},
      timestamp: timestamp === before.timestamp
        ? timestamp
        : toTimestamp(timestamp) ?? before.timestamp,
      uuid: isUuid(uuid) ? uuid : before.uuid,
    },
  };
}
