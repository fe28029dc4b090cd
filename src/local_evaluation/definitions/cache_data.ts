import { getOwn, isFiniteNumber, isRecord, isText } from "../../core/guards.ts";
import type { FlagDefinitionCacheData } from "../../core/flag_definition_cache.ts";
import { type JsonObject, type JsonValue, toJson } from "../../core/json.ts";
import {
  readGroupTypeMapping,
  readSwitches,
} from "../evaluation/definitions.ts";
import {
  applyNumberTexts,
  NO_RULES,
  type NumberTexts,
} from "./number_texts.ts";

/** What a cache entry remembers about the request that filled it. */
export interface CacheStamp {
  /** The server's ETag, byte for byte. */
  readonly etag: string | undefined;
  /** When the document was fetched, in ms since the epoch. */
  readonly fetchedAt: number | undefined;
  /** Whose definitions they are; undefined where nobody says. */
  readonly project?: string | undefined;
}

/**
 * Builds what a cache stores from a document that was parsed: rows and unknown fields stay as they are. What concerns all
 * flags is there in both spellings, for readers of either.
 */
export function toCacheData(
  document: unknown,
  stamp: CacheStamp,
  numberTexts?: NumberTexts,
): FlagDefinitionCacheData {
  const source = toObject(document);
  const fields = { ...source };
  delete fields["numberTexts"];
  for (const [name, value] of Object.entries(stamp)) {
    if (value !== undefined) fields[name] = value;
  }
  const rows = getOwn(source, "flags");
  const flags: JsonObject[] = [];
  // The place of each row here, since those that are none are left out.
  const places: number[] = [];
  for (const row of Array.isArray(rows) ? rows : []) {
    places.push(flags.length);
    if (isRecord(row)) flags.push(row as JsonObject);
  }
  const groupTypeMapping = toObject(readGroupTypeMapping(source));
  const switches = readSwitches(source);
  return {
    ...fields,
    flags,
    groupTypeMapping,
    "group_type_mapping": groupTypeMapping,
    cohorts: toObject(getOwn(source, "cohorts")),
    ...switches,
    "minimal_flag_called_events": switches.minimalFlagCalledEvents,
    "property_matching_version": switches.propertyMatchingVersion,
    ...(numberTexts && {
      numberTexts: Object.fromEntries(
        Object.entries(numberTexts).map(([pointer, text]) => [
          pointer.replace(
            /^\/flags\/(\d+)/,
            (_, index: string) => `/flags/${places[Number(index)]}`,
          ),
          text,
        ]),
      ),
    }),
  };
}

/**
 * Copies of an application's cache entry what definitions are read from, so that nothing done to the entry later changes
 * them. Undefined where it has no array `flags`.
 */
export function copyEntry(entry: unknown): JsonObject | undefined {
  const source = toObject(entry);
  const rows = getOwn(source, "flags");
  if (!Array.isArray(rows)) return undefined;
  const copy: JsonObject = {
    // Not by index, which an absurd length would make endless.
    flags: Object.values(rows).map(copyPart),
    cohorts: Object.fromEntries(
      Object.entries(toObject(getOwn(source, "cohorts")))
        .map(([id, cohort]) => [id, copyPart(cohort)]),
    ),
    groupTypeMapping: copyPart(readGroupTypeMapping(source)),
    ...readSwitches(source),
  };
  applyNumberTexts(copy, getOwn(source, "numberTexts"));
  return copy;
}

/** Copies a row, or a cohort. Where JSON can't hold all of it, the rules in it are made odd, which leaves the others alone. */
function copyPart(part: unknown): JsonValue {
  let isWhole = true;
  const copy = toJson(part, () => isWhole = false) ?? null;
  return isWhole || !isRecord(copy)
    ? copy
    : { ...copy as JsonObject, filters: NO_RULES, values: NO_RULES };
}

/** Reads the stamp of a cache entry; a provider may have stored anything. */
export function readCacheStamp(entry: unknown): CacheStamp {
  const { etag, fetchedAt, project } = toObject(entry);
  return {
    etag: isText(etag) && etag || undefined,
    fetchedAt: isFiniteNumber(fetchedAt) ? fetchedAt : undefined,
    project: isText(project) ? project : undefined,
  };
}

/** Its values are still anything. */
function toObject(value: unknown): JsonObject {
  return isRecord(value) ? value as JsonObject : {};
}
