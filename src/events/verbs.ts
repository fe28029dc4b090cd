import type { Caller } from "../client/host.ts";
import type { Lane } from "../core/delivery.ts";
import type {
  EventDraft,
  EventPreparation,
  RawMessage,
} from "../core/event.ts";
import { warnOfForeignNames } from "../core/foreign_names.ts";
import {
  describeType,
  isNonBlank,
  isRecord,
  readList,
  toId,
} from "../core/guards.ts";
import type { JsonObject } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import { assignGiven, isFilled, refuse, warnOnce } from "./reading.ts";
import type { EventMethods } from "./types.ts";

/** Who calls an event verb. */
export interface EventCaller extends Caller {
  /** Hears of what could not be used. */
  readonly reporter: Reporter;
  /** Whose protocol decides what a name is worth. */
  readonly kernel: {
    readonly options: { readonly captureMode: "v0" | "v1" };
  };
  /** Asks the features for properties that have to be evaluated before the event is sent. */
  prepareEvent(message: RawMessage): EventPreparation | undefined;
}

/** The event verbs, as functions of their caller. */
export type EventVerbs = {
  readonly [Name in keyof EventMethods]: (
    caller: EventCaller,
    message: Parameters<EventMethods[Name]>[0],
  ) => ReturnType<EventMethods[Name]>;
};

/** What a verb was called with. */
interface Call {
  readonly caller: EventCaller;
  readonly message: RawMessage;
  /** The event's name, as messages tell it; empty where the message has it. */
  readonly event: string;
  readonly lane: Lane;
}

/** Makes a draft of a call, or nothing; tells what of it could not be used. */
type Read = (call: Call) => EventDraft | undefined;

/** How a verb reads its message. */
type Reading = [event: string, read: Read, lane?: Lane];

/** Each verb in its two forms: queue, and send at once. The verb chooses the lane, never the event's name. */
export const EVENT_VERBS: EventVerbs = /* @__PURE__ */ createVerbs([
  ["capture", "", draftCapture],
  ["captureAi", "", draftCapture, "ai"],
  ["identify", "$identify", draftIdentify],
  ["alias", "$create_alias", draftAlias],
  ["groupIdentify", "$groupidentify", draftGroupIdentify],
  ["setPersonProperties", "$set", draftSet],
  ["unsetPersonProperties", "$set", draftUnset],
]);

function createVerbs(
  table: [name: keyof EventMethods, ...how: Reading][],
): EventVerbs {
  const verbs: Record<
    string,
    (caller: EventCaller, message: never) => unknown
  > = {};
  for (const [name, ...how] of table) {
    verbs[name] = (caller, message) => {
      const drafted = readCall(caller, message, how);
      return drafted && caller.capture(drafted);
    };
    verbs[`${name}Immediate`] = async (caller, message) => {
      const drafted = readCall(caller, message, how);
      return drafted && await caller.captureImmediate(drafted);
    };
  }
  return verbs as EventVerbs;
}

/** What `capture` makes of a message. */
export function draftMessage(
  caller: EventCaller,
  message: unknown,
): EventDraft | undefined {
  return readCall(caller, message, ["", draftCapture]);
}

/** A client that takes no events looks at nothing of them either. */
function readCall(
  caller: EventCaller,
  message: unknown,
  [event, read, lane = "analytics"]: Reading,
): EventDraft | undefined {
  if (!caller.checkOpen(lane)) return undefined;
  const { reporter } = caller;
  if (isRecord(message)) {
    warnOfForeignNames(reporter, message);
    return read({ caller, message, event, lane });
  }
  const type = describeType(message);
  return refuse(reporter, lane, event, `expected an object, got ${type}`);
}

/** `capture` and `captureAi`: everything is checked when the event is built. */
function draftCapture({ caller, message, lane }: Call): EventDraft {
  const { reporter } = caller;
  const { event } = message;
  if (lane === "ai" && isNonBlank(event) && !event.startsWith("$ai_")) {
    const text = `The name of '${event}' is not that of an AI event`;
    if (caller.kernel.options.captureMode === "v0") reporter.debug(text);
    else reporter.warn(`${text}: PostHog drops it`, "AI name");
  }
  if (event === "$exception") {
    warnOnce(
      reporter,
      "Cannot capture '$exception' in full: use 'captureException'",
    );
  }
  return { lane, event, message, preparation: caller.prepareEvent(message) };
}

/** `$identify`: plain keys and an explicit `$set` become one `$set`, the explicit one winning. */
function draftIdentify(call: Call): EventDraft | undefined {
  const {
    $set,
    "$set_once": once,
    "$anon_distinct_id": anonymousId,
    ...plain
  } = copyProperties(call, "properties");
  return draft(call, {
    $set: { ...plain, ...(isRecord($set) && $set) },
    ...(isFilled(once) && { "$set_once": once }),
    ...(anonymousId !== undefined && { "$anon_distinct_id": anonymousId }),
  });
}

/** `$create_alias`: merges `alias` into the person of `distinctId`; the arguments are never swapped. */
function draftAlias(call: Call): EventDraft | undefined {
  const alias = requireId(call, "alias");
  const scopeId = call.caller.context?.distinctId;
  const existing = alias && requireId(call, "distinctId", scopeId);
  // Parity: the v0 protocol repeats the id in the properties.
  return draft(call, existing && { alias, distinct_id: existing }, existing);
}

/** `$groupidentify`: without an id of its own it is about the group, `$<type>_<key>`, in a scope too. */
function draftGroupIdentify(call: Call): EventDraft | undefined {
  const type = requireId(call, "groupType");
  const key = type && requireId(call, "groupKey");
  const properties = key && {
    $group_type: type,
    $group_key: key,
    $group_set: copyProperties(call, "properties"),
  };
  const given = toId(call.message.distinctId);
  return draft(call, properties, given ?? `$${type}_${key}`);
}

/** `$set`: sets person properties, each map only if it says anything. */
function draftSet(call: Call): EventDraft | undefined {
  const set = copyProperties(call, "properties");
  const once = copyProperties(call, "propertiesOnce");
  return draft(call, {
    ...(isFilled(set) && { $set: set }),
    ...(isFilled(once) && { "$set_once": once }),
  });
}

/** `$set` with `$unset`: removes person properties by name. */
function draftUnset(call: Call): EventDraft | undefined {
  const { properties } = call.message;
  const names = (readList(properties) ?? [properties]).filter(isNonBlank)
    .map((name) => name.toWellFormed());
  return draft(call, names.length > 0 && { $unset: names });
}

/** A draft about a person or a group; with nothing to say there is none. */
function draft(
  { event, message }: Call,
  ownProperties: JsonObject | "" | false | undefined,
  distinctId?: string,
): EventDraft | undefined {
  return isFilled(ownProperties)
    ? { event, message, distinctId, ownProperties }
    : undefined;
}

function copyProperties(
  { caller, message, event }: Call,
  name: string,
): JsonObject {
  return assignGiven(caller.reporter, {}, name, message[name], event, "$set");
}

/** An id without which there is no event. */
function requireId(
  { caller, message, event, lane }: Call,
  name: string,
  fallback?: string,
): string | undefined {
  const id = toId(message[name]) ?? toId(fallback);
  return id ??
    refuse(caller.reporter, lane, event, `'${name}' is missing or blank`);
}
