import type { BeforeSend, CapturedEvent } from "../core/event.ts";
import { isNonBlank, isRecord, isThenable } from "../core/guards.ts";
import { toJsonObject } from "../core/json.ts";
import { isUuid } from "../core/uuid.ts";
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
  for (const hook of hooks) {
    try {
      current = hook(current as CapturedEvent);
    } catch (cause) {
      return { kind: "failed", reason: "it threw", cause };
    }
    if (current === null || current === undefined || current === false) {
      return { kind: "dropped" };
    }
    if (isThenable(current)) {
      // Its outcome is of no use any more, but an unhandled rejection would end some processes.
      current.then(undefined, () => {});
      return {
        kind: "failed",
        reason: "it returned a promise, hooks are synchronous",
      };
    }
    if (!isRecord(current)) {
      return {
        kind: "failed",
        reason: "it returned something that is no event",
      };
    }
  }
  return normalise(
    current as Partial<Record<keyof CapturedEvent, unknown>>,
    event,
  );
}

function normalise(
  changed: Partial<Record<keyof CapturedEvent, unknown>>,
  before: CapturedEvent,
): HookResult {
  if (!isNonBlank(changed.event) || !isNonBlank(changed.distinctId)) {
    return { kind: "blank" };
  }
  return {
    kind: "kept",
    event: {
      event: changed.event.toWellFormed(),
      distinctId: changed.distinctId.toWellFormed(),
      properties: toJsonObject(changed.properties),
      timestamp: toTimestamp(changed.timestamp) ?? before.timestamp,
      uuid: isUuid(changed.uuid) ? changed.uuid : before.uuid,
    },
  };
}
