import type { EventDraft, SendFeatureFlagsOptions } from "../core/event.ts";
import type { JsonObject } from "../core/json.ts";
import { toJsonObject } from "../core/json.ts";
import { describeType, isRecord } from "../core/guards.ts";
import { type Note, noteLosses, warn } from "./notes.ts";

/** What the caller passed, member by member of unknown type: JavaScript callers pass anything. */
export type RawMessage = Readonly<Record<string, unknown>>;

/** A draft, why there is none, or a call that asks for nothing. */
export type DraftReading =
  | { readonly kind: "draft"; readonly draft: EventDraft }
  | { readonly kind: "nothing" }
  | {
    readonly kind: "refused";
    readonly event: string;
    readonly reason: string;
  };

/** Reads a message, and notes what of it could not be used. */
export type DraftReader = (
  message: RawMessage,
  notes: Note[],
) => DraftReading;

/** Members that all messages share. */
export function readCommon(message: RawMessage): Omit<EventDraft, "event"> {
  const { distinctId, timestamp, uuid, disableGeoip } = message;
  return { distinctId, timestamp, uuid, disableGeoip };
}

/** A map of properties, copied; anything else is noted and counts as empty. */
export function readProperties(
  message: RawMessage,
  name: string,
  event: string,
  notes: Note[],
): JsonObject {
  const given = message[name];
  if (given === undefined || given === null) return {};
  if (isRecord(given)) return toJsonObject(given, noteLosses(event, notes));
  const type = describeType(given);
  warn(notes, `Cannot use '${name}': expected a plain object, got ${type}`);
  return {};
}

/** `capture`: everything is checked when the event is built. */
export function draftCapture(
  message: RawMessage,
  notes: Note[],
): DraftReading {
  const { event } = message;
  if (event === "$exception") {
    warn(
      notes,
      "An '$exception' of 'capture' lacks what error tracking needs: use 'captureException'",
      "exception by capture",
    );
  }
  // An exposure is about one flag: PostHog would count the others as seen, too.
  const isExposure = event === "$feature_flag_called";
  const draft = {
    event,
    distinctId: message["distinctId"],
    properties: message["properties"],
    groups: message["groups"],
    ...(!isExposure && {
      flags: message["flags"],
      sendFeatureFlags: readSendFeatureFlags(message, notes),
    }),
    timestamp: message["timestamp"],
    uuid: message["uuid"],
    messageId: message["messageId"],
    disableGeoip: message["disableGeoip"],
  };
  return { kind: "draft", draft };
}

function readSendFeatureFlags(
  { sendFeatureFlags: given, flags }: RawMessage,
  notes: Note[],
): SendFeatureFlagsOptions | undefined {
  if (given === undefined || given === null || given === false) {
    return undefined;
  }
  if (given !== true && !isRecord(given)) {
    const type = describeType(given);
    warn(
      notes,
      `Cannot use 'sendFeatureFlags': expected a boolean or an object, got ${type}`,
    );
    return undefined;
  }
  warn(
    notes,
    "'sendFeatureFlags' is deprecated: pass the result of 'evaluateFlags' as 'flags'",
    "sendFeatureFlags",
  );
  if (flags !== undefined && flags !== null) {
    warn(notes, "Cannot use 'sendFeatureFlags' beside 'flags', which wins");
    return undefined;
  }
  if (given === true) return {};
  const { onlyEvaluateLocally, personProperties, groupProperties, flagKeys } =
    given;
  // Copied, since they are read after the call; what of them can be used, the evaluation finds out.
  return toJsonObject({
    onlyEvaluateLocally,
    personProperties,
    groupProperties,
    flagKeys,
  }) as SendFeatureFlagsOptions;
}

/** `captureAi`: the same message for the lane of large events. */
export function draftCaptureAi(
  message: RawMessage,
  notes: Note[],
): DraftReading {
  const { event } = message;
  if (typeof event === "string" && !event.startsWith("$ai_")) {
    notes.push({
      level: "debug",
      text: `The AI lane takes '${event}', whose name is none of an AI event`,
    });
  }
  return draftCapture(message, notes);
}
