import type {
  EventContext,
  EventDraft,
  FlagPropertiesSource,
  RawMessage,
} from "../core/event.ts";
import { isRecord } from "../core/guards.ts";
import { assignJson, type JsonObject } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import { LIBRARY_NAME, VERSION } from "../core/version.ts";
import { assignGiven, isFilled, warnUnusable } from "./reading.ts";

/** What of a client its events say. */
export interface PropertySource {
  /** Hears of what could not be used. */
  readonly reporter: Reporter;
  /** The super properties in force. */
  readonly superProperties: JsonObject;
  /** The registered options. */
  readonly eventOptions: JsonObject;
  /** The client's options. */
  readonly options: {
    /** Adds `$is_server`. */
    readonly isServer: boolean;
    /** Undefined means true, which steps back where a scope supplies `$ip`. */
    readonly disableGeoip: boolean | undefined;
  };
}

/**
 * The properties of an event: super < request < flags < the caller's < groups < the client's own. Every layer is copied,
 * because a hook may change what it gets in place. `upper` gets those above flags by themselves, where what is being
 * evaluated will go below them.
 */
export function buildProperties(
  name: string,
  { message, ownProperties, seal }: EventDraft,
  context: EventContext | undefined,
  isPersonless: boolean,
  { superProperties, eventOptions, reporter, options }: PropertySource,
  upper?: JsonObject,
): JsonObject {
  const lower: JsonObject = {};
  assignJson(lower, superProperties);
  if (context) {
    assignJson(lower, context.properties);
    if (context.sessionId) lower["$session_id"] = context.sessionId;
  }
  const top = upper ?? lower;
  if (ownProperties) Object.assign(top, ownProperties);
  else {
    // An exposure is about one flag: PostHog would count the others as seen, too.
    if (name !== "$feature_flag_called") assignFlags(lower, message, reporter);
    const { properties } = message;
    assignGiven(reporter, top, "properties", properties, name);
    // What it takes away of the layers below.
    if (upper && isRecord(properties)) assignJson(lower, properties);
    if (message.groups !== undefined) {
      const groups = assignGiven(reporter, {}, "groups", message.groups, name);
      if (isFilled(groups)) top["$groups"] = groups;
    }
  }
  top["$lib"] = LIBRARY_NAME;
  top["$lib_version"] = VERSION;
  if (options.isServer) top["$is_server"] = true;
  const isGeoipOff = typeof message.disableGeoip === "boolean"
    ? message.disableGeoip
    : options.disableGeoip ?? context?.properties["$ip"] === undefined;
  if (isGeoipOff) top["$geoip_disable"] = true;
  if (isPersonless && top[PROCESS_PERSON] === undefined) {
    top[PROCESS_PERSON] = false;
  }
  const properties = upper ? { ...lower, ...upper } : lower;
  seal?.(properties, reporter);
  // Callers put it among what they set, too.
  if (
    PERSON_EVENTS.includes(name) &&
    (eventOptions["process_person_profile"] === false ||
      [properties, properties["$set"], properties["$group_set"]].some((
        holder,
      ) => (holder as JsonObject | undefined)?.[PROCESS_PERSON] === false))
  ) {
    reporter.warn(
      `Cannot use '${PROCESS_PERSON}': PostHog refuses false on '${name}'`,
    );
  }
  return properties;
}

function assignFlags(
  properties: JsonObject,
  { flags }: RawMessage,
  reporter: Reporter,
): void {
  if (flags === undefined || flags === null) return;
  try {
    const source = flags as FlagPropertiesSource;
    assignJson(properties, source.toEventProperties());
  } catch {
    // No snapshot, or one of somebody's own making: the event goes without its values.
    warnUnusable(reporter, "flags", "the result of 'evaluateFlags'", flags);
  }
}

const PROCESS_PERSON = "$process_person_profile";

/** Events that are about a person or a group as such: without person processing they say nothing. */
const PERSON_EVENTS: readonly string[] = [
  "$identify",
  "$create_alias",
  "$groupidentify",
  "$set",
];
