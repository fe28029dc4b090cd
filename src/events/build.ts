import type {
  CapturedEvent,
  EventContext,
  EventDraft,
  FlagPropertiesSource,
} from "../core/event.ts";
import {
  describeType,
  isNonBlank,
  isObject,
  isRecord,
  setOwn,
} from "../core/guards.ts";
import {
  countBytes,
  type JsonLoss,
  type JsonObject,
  toJsonObject,
} from "../core/json.ts";
import { isUuid } from "../core/uuid.ts";
import { LIBRARY_NAME, VERSION } from "../core/version.ts";
import { parseDistinctId } from "./distinct_id.ts";
import { toTimestamp } from "./timestamp.ts";

/** What the builder knows beside the draft. */
export interface BuildContext {
  /** The current moment, in ms since the epoch. */
  readonly now: number;
  /** Makes a uuid for that moment. */
  readonly createUuid: () => string;
  /** Properties of every event of the client. */
  readonly superProperties: JsonObject;
  /** What the request knows. */
  readonly context: EventContext | undefined;
  /** Adds `$is_server`. */
  readonly isServer: boolean;
  /** The client's option: undefined means true, which steps back where a scope supplies `$ip`. */
  readonly disableGeoip: boolean | undefined;
}

/** A built event, or why there is none; with what is worth a warning. */
export type BuildResult =
  | {
    readonly kind: "built";
    readonly event: CapturedEvent;
    readonly warnings: readonly string[];
    /** What of the caller's properties JSON could not take as it was. */
    readonly losses: ReadonlySet<JsonLoss>;
  }
  | { readonly kind: "refused"; readonly warnings: readonly string[] };

/** What is worth telling about an event that is built. */
interface Notes {
  readonly warnings: string[];
  readonly losses: Set<JsonLoss>;
}

/** Longer names and ids are sent, but PostHog cuts or refuses them. In UTF-8 bytes. */
const MAX_NAME_BYTES = 200;

/** Builds an event from what a caller passed. Pure but for the uuid; copies what it keeps. */
export function buildEvent(
  draft: EventDraft,
  build: BuildContext,
): BuildResult {
  const warnings: string[] = [];
  const name = draft.event;
  if (!isNonBlank(name)) {
    return {
      kind: "refused",
      warnings: ["Cannot capture: 'event' must be a non-blank string"],
    };
  }
  const identity = resolveIdentity(draft, build, warnings);
  if (identity === undefined) return { kind: "refused", warnings };
  const { distinctId, isPersonless } = identity;
  if (Math.max(countBytes(name), countBytes(distinctId)) > MAX_NAME_BYTES) {
    warnings.push(
      "An event name or distinct id is longer than 200 bytes: PostHog may cut or refuse it",
    );
  }
  const losses = new Set<JsonLoss>();
  const notes = { warnings, losses };
  const properties = mergeProperties(draft, build, isPersonless, notes);
  const timestamp = readTimestamp(draft, build, warnings);
  const uuid = readUuid(draft, build, warnings);
  return {
    kind: "built",
    event: {
      event: name.toWellFormed(),
      distinctId: distinctId.toWellFormed(),
      properties,
      timestamp,
      uuid,
    },
    warnings,
    losses,
  };
}

function resolveIdentity(
  { event, distinctId, withoutIdentity }: EventDraft,
  { context, createUuid }: BuildContext,
  warnings: string[],
): { readonly distinctId: string; readonly isPersonless: boolean } | undefined {
  const given = parseDistinctId(distinctId);
  if (given.kind === "id") return { distinctId: given.id, isPersonless: false };
  if (given.kind === "unusable") {
    warnings.push(
      `Cannot use 'distinctId': expected a string or number, got ${
        describeType(distinctId)
      }`,
    );
  }
  if (context?.distinctId) {
    return { distinctId: context.distinctId, isPersonless: false };
  }
  if (withoutIdentity !== "drop") {
    return { distinctId: createUuid(), isPersonless: true };
  }
  warnings.push(`Cannot capture '${event}': 'distinctId' is missing or blank`);
  return undefined;
}

/** Lowest to highest: super, request, flags, the caller's, groups, the client's own. */
function mergeProperties(
  draft: EventDraft,
  { superProperties, context, isServer, disableGeoip }: BuildContext,
  isPersonless: boolean,
  notes: Notes,
): JsonObject {
  const properties: JsonObject = {};
  const add = (layer: JsonObject) => {
    for (const key of Object.keys(layer)) setOwn(properties, key, layer[key]);
  };
  add(superProperties);
  if (context) add(context.properties);
  if (context?.sessionId) properties["$session_id"] = context.sessionId;
  add(readFlags(draft.flags, notes.warnings));
  add(readRecord(draft.properties, "properties", notes));
  const groups = readRecord(draft.groups, "groups", notes);
  if (Object.keys(groups).length > 0) properties["$groups"] = groups;
  properties["$lib"] = LIBRARY_NAME;
  properties["$lib_version"] = VERSION;
  if (isServer) properties["$is_server"] = true;
  const suppliesAddress = context !== undefined &&
    Object.hasOwn(context.properties, "$ip");
  const perEvent = typeof draft.disableGeoip === "boolean"
    ? draft.disableGeoip
    : undefined;
  if (perEvent ?? disableGeoip ?? !suppliesAddress) {
    properties["$geoip_disable"] = true;
  }
  if (isPersonless && !Object.hasOwn(properties, "$process_person_profile")) {
    properties["$process_person_profile"] = false;
  }
  return draft.allowedProperties
    ? pick(properties, draft.allowedProperties)
    : properties;
}

function readFlags(flags: unknown, warnings: string[]): JsonObject {
  if (flags === undefined || flags === null) return {};
  if (isFlagSource(flags)) return flags.toEventProperties();
  warnings.push("Cannot use 'flags': expected the result of evaluateFlags");
  return {};
}

function isFlagSource(value: unknown): value is FlagPropertiesSource {
  return isObject(value) && typeof value["toEventProperties"] === "function";
}

function readRecord(
  value: unknown,
  name: string,
  { warnings, losses }: Notes,
): JsonObject {
  if (value === undefined || value === null) return {};
  if (isRecord(value)) return toJsonObject(value, (loss) => losses.add(loss));
  warnings.push(
    `Cannot use '${name}': expected an object, got ${describeType(value)}`,
  );
  return {};
}

function readTimestamp(
  { timestamp }: EventDraft,
  { now }: BuildContext,
  warnings: string[],
): string {
  const fallback = new Date(now).toISOString();
  if (timestamp === undefined || timestamp === null) return fallback;
  const read = toTimestamp(timestamp);
  if (!read) {
    warnings.push(
      "Cannot use 'timestamp': expected a Date, an ISO 8601 text or epoch ms; using now",
    );
  }
  return read ?? fallback;
}

function readUuid(
  { uuid, messageId }: EventDraft,
  { createUuid }: BuildContext,
  warnings: string[],
): string {
  if (isUuid(uuid)) return uuid;
  if (uuid !== undefined && uuid !== null) {
    warnings.push("Cannot use 'uuid': it is not written as a uuid; making one");
  }
  return isUuid(messageId) ? messageId : createUuid();
}

function pick(properties: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).filter(([name]) => names.has(name)),
  );
}
