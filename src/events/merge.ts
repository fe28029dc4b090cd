import type {
  EventContext,
  EventDraft,
  FlagPropertiesSource,
} from "../core/event.ts";
import { describeType, isObject, isRecord } from "../core/guards.ts";
import { assignJson, type JsonObject, toJsonObject } from "../core/json.ts";
import { LIBRARY_NAME, VERSION } from "../core/version.ts";
import { type Note, noteLosses, warn } from "./notes.ts";

/** What every event of a caller has in common. */
export interface MergeContext {
  /** Properties of every event of the client. */
  readonly superProperties: JsonObject;
  /** What the request knows. */
  readonly context: EventContext | undefined;
  /** Adds `$is_server`. */
  readonly isServer: boolean;
  /** The client's option: undefined means true, which steps back where a scope supplies `$ip`. */
  readonly disableGeoip: boolean | undefined;
}

/**
 * Lowest to highest: super, request, flags, the caller's, groups, the client's own. Every layer is copied, because a
 * hook may change what it gets in place.
 */
export function mergeProperties(
  event: string,
  draft: EventDraft,
  merge: MergeContext,
  isPersonless: boolean,
  notes: Note[],
): JsonObject {
  const properties: JsonObject = {};
  assignBelowFlags(properties, merge);
  assignFlags(properties, draft.flags, notes);
  assignAboveFlags(properties, event, draft, merge, isPersonless, notes);
  draft.seal?.(properties, (level, text) => notes.push({ level, text }));
  return draft.allowedProperties
    ? pick(properties, draft.allowedProperties)
    : properties;
}

/** The same for flags that are not known yet: the other layers are copied now, and the result merges all. */
export function mergeAroundFlags(
  event: string,
  draft: EventDraft,
  merge: MergeContext,
  isPersonless: boolean,
  notes: Note[],
): (flags?: JsonObject) => JsonObject {
  const below: JsonObject = {};
  assignBelowFlags(below, merge);
  const above: JsonObject = {};
  assignAboveFlags(above, event, draft, merge, isPersonless, notes);
  return (flags) => ({ ...below, ...toJsonObject(flags), ...above });
}

function assignBelowFlags(
  properties: JsonObject,
  { superProperties, context }: MergeContext,
): void {
  assignJson(properties, superProperties);
  if (!context) return;
  assignJson(properties, context.properties);
  if (context.sessionId) properties["$session_id"] = context.sessionId;
}

function assignAboveFlags(
  properties: JsonObject,
  event: string,
  draft: EventDraft,
  { context, isServer, disableGeoip }: MergeContext,
  isPersonless: boolean,
  notes: Note[],
): void {
  if (draft.ownProperties) Object.assign(properties, draft.ownProperties);
  else assignRecord(properties, "properties", draft.properties, event, notes);
  if (draft.groups !== undefined) {
    const groups: JsonObject = {};
    assignRecord(groups, "groups", draft.groups, event, notes);
    if (Object.keys(groups).length > 0) properties["$groups"] = groups;
  }
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
}

function assignFlags(
  properties: JsonObject,
  flags: unknown,
  notes: Note[],
): void {
  if (flags === undefined || flags === null) return;
  try {
    if (isFlagSource(flags)) {
      return assignJson(properties, flags.toEventProperties());
    }
  } catch {
    // A snapshot of somebody's own making: the event goes without its values.
  }
  warn(notes, "Cannot use 'flags': expected the result of evaluateFlags");
}

function isFlagSource(value: unknown): value is FlagPropertiesSource {
  return isObject(value) && typeof value["toEventProperties"] === "function";
}

function assignRecord(
  target: JsonObject,
  name: string,
  value: unknown,
  event: string,
  notes: Note[],
): void {
  if (value === undefined || value === null) return;
  if (isRecord(value)) {
    return assignJson(target, value, noteLosses(event, notes));
  }
  const type = describeType(value);
  warn(notes, `Cannot use '${name}': expected a plain object, got ${type}`);
}

function pick(properties: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).filter(([name]) => names.has(name)),
  );
}
