import { getOwn, isFiniteNumber, isRecord } from "../../core/guards.ts";
import type { FlagDefinitionCacheData } from "../../core/flag_definition_cache.ts";
import type { JsonObject } from "../../core/json.ts";
import { readEither, readSwitches } from "./parse.ts";

/** What a cache entry remembers about the request that filled it. */
export interface CacheStamp {
  /** The server's ETag, byte for byte. */
  readonly etag: string | undefined;
  /** When the document was fetched, in ms since the epoch. */
  readonly fetchedAt: number | undefined;
}

const WIRE_NAMES = [
  "group_type_mapping",
  "minimal_flag_called_events",
  "property_matching_version",
] as const;

/** Builds what a cache stores from a document that was parsed: rows and unknown fields stay as they are. */
export function toCacheData(
  document: unknown,
  stamp: CacheStamp,
): FlagDefinitionCacheData {
  const fields: JsonObject = isRecord(document)
    ? { ...document as JsonObject }
    : {};
  for (const name of WIRE_NAMES) delete fields[name];
  const flags = fields["flags"];
  const source = isRecord(document) ? document : {};
  return {
    ...fields,
    flags: Array.isArray(flags) ? flags.filter(isRecord) as JsonObject[] : [],
    groupTypeMapping: toObject(
      readEither(source, "group_type_mapping", "groupTypeMapping"),
    ),
    cohorts: toObject(getOwn(source, "cohorts")),
    ...readSwitches(source),
    ...(stamp.etag !== undefined && { etag: stamp.etag }),
    ...(stamp.fetchedAt !== undefined && { fetchedAt: stamp.fetchedAt }),
  };
}

/** Reads the stamp of a cache entry; a provider may have stored anything. */
export function readCacheStamp(entry: unknown): CacheStamp {
  const etag = isRecord(entry) ? getOwn(entry, "etag") : undefined;
  const fetchedAt = isRecord(entry) ? getOwn(entry, "fetchedAt") : undefined;
  return {
    etag: typeof etag === "string" && etag !== "" ? etag : undefined,
    fetchedAt: isFiniteNumber(fetchedAt) ? fetchedAt : undefined,
  };
}

function toObject(value: unknown): JsonObject {
  return isRecord(value) ? value as JsonObject : {};
}
