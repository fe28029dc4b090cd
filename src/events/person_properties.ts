import { isNonBlank, isRecord } from "../core/guards.ts";
import {
  type JsonObject,
  type OnJsonLoss,
  toJsonObject,
} from "../core/json.ts";
import { type DraftReading, type RawMessage, readCommon } from "./drafts.ts";

/** `$set`: sets person properties, each map only if it says anything; with nothing to say there is no event. */
export function draftSetPersonProperties(
  message: RawMessage,
  onLoss?: OnJsonLoss,
): DraftReading {
  const set = readMap(message["properties"], onLoss);
  const once = readMap(message["propertiesOnce"], onLoss);
  return draftSet(message, {
    ...(Object.keys(set).length > 0 && { $set: set }),
    ...(Object.keys(once).length > 0 && { "$set_once": once }),
  });
}

/** `$set` with `$unset`: removes person properties by name. */
export function draftUnsetPersonProperties(message: RawMessage): DraftReading {
  const names = [message["properties"]].flat().filter(isNonBlank);
  return draftSet(message, names.length > 0 ? { $unset: names } : {});
}

function draftSet(message: RawMessage, properties: JsonObject): DraftReading {
  if (Object.keys(properties).length === 0) return { kind: "nothing" };
  const draft = {
    ...readCommon(message),
    event: "$set",
    withoutIdentity: "drop" as const,
    properties,
  };
  return { kind: "draft", draft };
}

function readMap(value: unknown, onLoss?: OnJsonLoss): JsonObject {
  return isRecord(value) ? toJsonObject(value, onLoss) : {};
}
