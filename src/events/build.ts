import { countBytes } from "../core/bytes.ts";
import type {
  CapturedEvent,
  EventContext,
  EventDraft,
  SendFeatureFlagsOptions,
} from "../core/event.ts";
import { describeType, isNonBlank } from "../core/guards.ts";
import type { JsonObject } from "../core/json.ts";
import { isUuid } from "../core/uuid.ts";
import { isPlaceholderId, parseDistinctId } from "./distinct_id.ts";
import { mergeAroundFlags, mergeProperties } from "./merge.ts";
import { type Note, warn } from "./notes.ts";
import { toTimestamp } from "./timestamp.ts";

/** What the builder knows beside the draft. */
export interface BuildContext {
  /** The current moment as the wire has it. */
  readonly now: () => string;
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

/** A built event, or why there is none; with what is worth telling. */
export type BuildResult =
  | {
    readonly kind: "built";
    readonly event: CapturedEvent;
    /** Given where flags are to be evaluated first. */
    readonly wanted?: WantedFlags;
    readonly notes: readonly Note[];
  }
  | { readonly kind: "refused"; readonly notes: readonly Note[] };

/** Flags that an event is to carry, once they are evaluated. */
export interface WantedFlags {
  /** How to evaluate them. */
  readonly options: SendFeatureFlagsOptions;
  /** The call's own `disableGeoip`. */
  readonly disableGeoip: boolean | undefined;
  /** All properties of the event, with those of flags at their place. */
  readonly merge: (flags?: JsonObject) => JsonObject;
}

/** Longer names and ids are sent, but PostHog cuts or refuses them. In UTF-8 bytes. */
const MAX_NAME_BYTES = 200;

/** Events that are about a person or a group as such: without person processing they say nothing. */
const PERSON_EVENTS: ReadonlySet<string> = new Set([
  "$identify",
  "$create_alias",
  "$groupidentify",
  "$set",
]);

/** Builds an event from what a caller passed. Pure but for the uuid; copies what it keeps. */
export function buildEvent(
  draft: EventDraft,
  build: BuildContext,
): BuildResult {
  const notes: Note[] = [];
  const name = draft.event;
  if (!isNonBlank(name)) {
    warn(notes, "Cannot capture: 'event' must be a non-blank string");
    return { kind: "refused", notes };
  }
  const identity = resolveIdentity(name, draft, build, notes);
  if (identity === undefined) return { kind: "refused", notes };
  const { distinctId, isPersonless } = identity;
  // Once each: a visitor's header can bring such an id with every request.
  if (isTooLong(name)) warnLong("event name", notes);
  if (isTooLong(distinctId)) warnLong("distinct id", notes);
  // Never for an id that nobody gave.
  const options = isPersonless ? undefined : draft.sendFeatureFlags;
  const wanted = options && {
    options,
    disableGeoip: typeof draft.disableGeoip === "boolean"
      ? draft.disableGeoip
      : undefined,
    merge: mergeAroundFlags(name, draft, build, isPersonless, notes),
  };
  const properties = wanted?.merge() ??
    mergeProperties(name, draft, build, isPersonless, notes);
  if (PERSON_EVENTS.has(name) && isMadePersonless(properties)) {
    warn(
      notes,
      `Cannot use '$process_person_profile': false on '${name}': PostHog refuses such an event`,
    );
  }
  const event = {
    event: name.toWellFormed(),
    distinctId: distinctId.toWellFormed(),
    properties,
    timestamp: readTimestamp(draft, build, notes),
    uuid: readUuid(draft, build, notes),
  };
  return { kind: "built", event, notes, ...(wanted && { wanted }) };
}

function resolveIdentity(
  name: string,
  { distinctId, withoutIdentity }: EventDraft,
  { context, createUuid }: BuildContext,
  notes: Note[],
): { readonly distinctId: string; readonly isPersonless: boolean } | undefined {
  const given = parseDistinctId(distinctId);
  if (given.kind === "unusable") {
    const type = describeType(distinctId);
    warn(
      notes,
      `Cannot use 'distinctId': expected a string or number, got ${type}`,
    );
  }
  const known = given.kind === "id" ? given.id : context?.distinctId;
  if (known) {
    if (isPlaceholderId(known)) {
      notes.push({
        level: "debug",
        text:
          `The distinct id of '${name}' is a placeholder to PostHog: the event gets no person`,
      });
    }
    return { distinctId: known, isPersonless: false };
  }
  if (withoutIdentity !== "drop") {
    return { distinctId: createUuid(), isPersonless: true };
  }
  warn(notes, `Cannot capture '${name}': 'distinctId' is missing or blank`);
  return undefined;
}

function warnLong(part: string, notes: Note[]): void {
  warn(
    notes,
    `PostHog may cut or refuse an event whose ${part} is longer than 200 bytes`,
    `long ${part}`,
  );
}

/** A text that is short in UTF-16 units needs no counting: each is three bytes at most. */
function isTooLong(text: string): boolean {
  return text.length * 3 > MAX_NAME_BYTES && countBytes(text) > MAX_NAME_BYTES;
}

/** Whether person processing is off, for the event or, where callers put it too, among what it sets. */
function isMadePersonless(properties: JsonObject): boolean {
  const { $set, "$group_set": groupSet } = properties;
  return [properties, $set, groupSet].some((holder) =>
    (holder as JsonObject | undefined)?.["$process_person_profile"] === false
  );
}

function readTimestamp(
  { timestamp }: EventDraft,
  { now }: BuildContext,
  notes: Note[],
): string {
  if (timestamp === undefined || timestamp === null) return now();
  const read = toTimestamp(timestamp);
  if (read !== undefined) return read;
  warn(
    notes,
    "Cannot use 'timestamp': expected a Date, an ISO 8601 text or epoch ms; using now",
  );
  return now();
}

function readUuid(
  { uuid, messageId }: EventDraft,
  { createUuid }: BuildContext,
  notes: Note[],
): string {
  if (isUuid(uuid)) return uuid;
  if (uuid !== undefined && uuid !== null) {
    warn(
      notes,
      "Cannot use 'uuid': it is not written as a uuid; using another",
    );
  }
  if (isUuid(messageId)) return messageId;
  if (messageId !== undefined && messageId !== null) {
    notes.push({
      level: "debug",
      text: "Cannot use 'messageId' as uuid: it is not written as one",
    });
  }
  return createUuid();
}
