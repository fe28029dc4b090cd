import { isNonBlank } from "../core/guards.ts";
import type { JsonObject } from "../core/json.ts";
import {
  type DraftReading,
  type RawMessage,
  readCommon,
  readProperties,
} from "./drafts.ts";
import type { Note } from "./notes.ts";

/** `$set`: sets person properties, each map only if it says anything; with nothing to say there is no event. */
export function draftSetPersonProperties(
  message: RawMessage,
  notes: Note[],
): DraftReading {
  const set = readProperties(message, "properties", "$set", notes);
  const once = readProperties(message, "propertiesOnce", "$set", notes);
  return draftSet(message, {
    ...(Object.keys(set).length > 0 && { $set: set }),
    ...(Object.keys(once).length > 0 && { "$set_once": once }),
  });
}

/** `$set` with `$unset`: removes person properties by name. */
export function draftUnsetPersonProperties(message: RawMessage): DraftReading {
  const names = [message["properties"]].flat().filter(isNonBlank)
    .map((name) => name.toWellFormed());
  return draftSet(message, names.length > 0 ? { $unset: names } : {});
}

function draftSet(
  message: RawMessage,
  ownProperties: JsonObject,
): DraftReading {
  if (Object.keys(ownProperties).length === 0) return { kind: "nothing" };
  const draft = {
    ...readCommon(message),
    event: "$set",
    withoutIdentity: "drop" as const,
    ownProperties,
  };
  return { kind: "draft", draft };
}
