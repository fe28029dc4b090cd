import type { EventDraft } from "../core/event.ts";
import { isRecord } from "../core/guards.ts";
import { type JsonObject, type JsonValue, toJsonObject } from "../core/json.ts";
import { parseDistinctId } from "./distinct_id.ts";

/** A draft, or why there is none. */
export type DraftReading =
  | { readonly kind: "draft"; readonly draft: EventDraft }
  | {
    readonly kind: "refused";
    readonly event: string;
    readonly reason: string;
  };

/** What the caller passed, member by member of unknown type: JavaScript callers pass anything. */
export type RawMessage = Readonly<Record<string, unknown>>;

/** `$identify`: plain keys and an explicit `$set` become one `$set`, the explicit one winning. */
export function draftIdentify(message: RawMessage): DraftReading {
  const given = isRecord(message["properties"])
    ? toJsonObject(message["properties"])
    : {};
  const { $set, $set_once, $anon_distinct_id, ...plain } = given;
  const once = asRecord($set_once);
  return accept({
    ...common(message),
    event: "$identify",
    withoutIdentity: "drop",
    properties: {
      $set: { ...plain, ...asRecord($set) },
      ...(Object.keys(once).length > 0 && { $set_once: once }),
      ...($anon_distinct_id !== undefined && { $anon_distinct_id }),
    },
  });
}

/** `$create_alias`: merges `alias` into the person of `distinctId`; the arguments are never swapped. */
export function draftAlias(
  message: RawMessage,
  scopeId: string | undefined,
): DraftReading {
  const alias = parseDistinctId(message["alias"]);
  const existing = parseDistinctId(message["distinctId"] ?? scopeId);
  if (alias.kind !== "id") {
    return refuse("$create_alias", "'alias' is missing or blank");
  }
  if (existing.kind !== "id") {
    return refuse("$create_alias", "'distinctId' is missing or blank");
  }
  return accept({
    ...common(message),
    event: "$create_alias",
    distinctId: existing.id,
    // Parity: the v0 protocol repeats the id in the properties.
    properties: { alias: alias.id, distinct_id: existing.id },
  });
}

/** `$groupidentify`: without an id of its own it is about the group, `$<type>_<key>`, in a scope too. */
export function draftGroupIdentify(message: RawMessage): DraftReading {
  const type = parseDistinctId(message["groupType"]);
  const key = parseDistinctId(message["groupKey"]);
  if (type.kind !== "id") {
    return refuse("$groupidentify", "'groupType' is missing or blank");
  }
  if (key.kind !== "id") {
    return refuse("$groupidentify", "'groupKey' is missing or blank");
  }
  const given = parseDistinctId(message["distinctId"]);
  return accept({
    ...common(message),
    event: "$groupidentify",
    distinctId: given.kind === "id" ? given.id : `$${type.id}_${key.id}`,
    properties: {
      $group_type: type.id,
      $group_key: key.id,
      $group_set: isRecord(message["properties"])
        ? toJsonObject(message["properties"])
        : {},
    },
  });
}

/** Members that all messages share. */
function common(message: RawMessage): Omit<EventDraft, "event"> {
  const { distinctId, timestamp, uuid, disableGeoip } = message;
  return { distinctId, timestamp, uuid, disableGeoip };
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
