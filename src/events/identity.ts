import type { EventDraft } from "../core/event.ts";
import { isRecord } from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { type IdReading, parseDistinctId } from "./distinct_id.ts";
import {
  type DraftReading,
  type RawMessage,
  readCommon,
  readProperties,
} from "./drafts.ts";
import type { Note } from "./notes.ts";

/** `$identify`: plain keys and an explicit `$set` become one `$set`, the explicit one winning. */
export function draftIdentify(
  message: RawMessage,
  notes: Note[],
): DraftReading {
  const {
    $set,
    "$set_once": givenOnce,
    "$anon_distinct_id": anonymousId,
    ...plain
  } = readProperties(message, "properties", "$identify", notes);
  const once = asRecord(givenOnce);
  return accept({
    ...readCommon(message),
    event: "$identify",
    withoutIdentity: "drop",
    ownProperties: {
      $set: { ...plain, ...asRecord($set) },
      ...(Object.keys(once).length > 0 && { "$set_once": once }),
      ...(anonymousId !== undefined && { "$anon_distinct_id": anonymousId }),
    },
  });
}

/** `$create_alias`: merges `alias` into the person of `distinctId`; the arguments are never swapped. */
export function draftAlias(
  message: RawMessage,
  scopeId: string | undefined,
): DraftReading {
  const alias = parseDistinctId(message["alias"]);
  const existing = resolveId(message["distinctId"], scopeId);
  if (alias.kind !== "id") {
    return refuse("$create_alias", "'alias' is missing or blank");
  }
  if (existing.kind !== "id") {
    return refuse("$create_alias", "'distinctId' is missing or blank");
  }
  return accept({
    ...readCommon(message),
    event: "$create_alias",
    distinctId: existing.id,
    ownProperties: {
      alias: alias.id.toWellFormed(),
      // Parity: the v0 protocol repeats the id in the properties.
      distinct_id: existing.id.toWellFormed(),
    },
  });
}

/** `$groupidentify`: without an id of its own it is about the group, `$<type>_<key>`, in a scope too. */
export function draftGroupIdentify(
  message: RawMessage,
  notes: Note[],
): DraftReading {
  const type = parseDistinctId(message["groupType"]);
  const key = parseDistinctId(message["groupKey"]);
  if (type.kind !== "id") {
    return refuse("$groupidentify", "'groupType' is missing or blank");
  }
  if (key.kind !== "id") {
    return refuse("$groupidentify", "'groupKey' is missing or blank");
  }
  const given = parseDistinctId(message["distinctId"]);
  const properties = readProperties(
    message,
    "properties",
    "$groupidentify",
    notes,
  );
  return accept({
    ...readCommon(message),
    event: "$groupidentify",
    distinctId: given.kind === "id" ? given.id : `$${type.id}_${key.id}`,
    ownProperties: {
      $group_type: type.id.toWellFormed(),
      $group_key: key.id.toWellFormed(),
      $group_set: properties,
    },
  });
}

/** The explicit id, else the scope's. */
function resolveId(given: unknown, scopeId: string | undefined): IdReading {
  const reading = parseDistinctId(given);
  return reading.kind === "id" ? reading : parseDistinctId(scopeId);
}

function asRecord(value: JsonValue | undefined): JsonObject {
  return isRecord(value) ? value as JsonObject : {};
}

function accept(draft: EventDraft): DraftReading {
  return { kind: "draft", draft };
}

function refuse(event: string, reason: string): DraftReading {
  return { kind: "refused", event, reason };
}
