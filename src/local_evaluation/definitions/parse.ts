import { getOwn, isRecord } from "../../core/guards.ts";
import type {
  FlagDefinition,
  FlagDefinitions,
} from "../evaluation/definitions.ts";
import type { NumberTexts } from "./filter_value.ts";
import { parseCohorts } from "./parse_cohort.ts";
import { parseFlag } from "./parse_flag.ts";

export type { NumberTexts } from "./filter_value.ts";

/**
 * Reads flag definitions: the server's document, or a cache entry in either spelling. Undefined when it is not
 * an object with an array `flags`; an odd row never spoils the document.
 *
 * With `numberTexts` (see {@linkcode parseJsonText}) numbers in filters keep the server's spelling; without it
 * every spelling that the server may have counts.
 */
export function parseFlagDefinitions(
  json: unknown,
  numberTexts?: NumberTexts,
): FlagDefinitions | undefined {
  if (!isRecord(json)) return undefined;
  const rows = getOwn(json, "flags");
  if (!Array.isArray(rows)) return undefined;
  const skipped: string[] = [];
  const flags = new Map<string, FlagDefinition>();
  for (const [index, row] of rows.entries()) {
    const flag = parseFlag(row, numberTexts);
    if (typeof flag === "string") skipped.push(`flags[${index}]: ${flag}`);
    else flags.set(flag.key, flag);
  }
  return {
    flags,
    groupTypes: parseGroupTypes(
      readEither(json, "group_type_mapping", "groupTypeMapping"),
    ),
    cohorts: parseCohorts(getOwn(json, "cohorts"), numberTexts),
    ...readSwitches(json),
    skipped,
  };
}

/** Reads the switches that concern all flags of a document or a cache entry. */
export function readSwitches(
  json: object,
): Pick<
  FlagDefinitions,
  "minimalFlagCalledEvents" | "propertyMatchingVersion"
> {
  const gate = readEither(
    json,
    "minimal_flag_called_events",
    "minimalFlagCalledEvents",
  );
  const version = readEither(
    json,
    "property_matching_version",
    "propertyMatchingVersion",
  );
  return {
    minimalFlagCalledEvents: gate === true,
    // Anything but the number 2 is the older way of matching, the text "2" included.
    propertyMatchingVersion: version === 2 ? 2 : 1,
  };
}

/** Reads a top-level field as the server spells it, or as a cache entry of posthog-node does. */
export function readEither(
  json: object,
  wireName: string,
  cacheName: string,
): unknown {
  return Object.hasOwn(json, wireName)
    ? getOwn(json, wireName)
    : getOwn(json, cacheName);
}

function parseGroupTypes(json: unknown): ReadonlyMap<number, string> {
  const groupTypes = new Map<number, string>();
  if (!isRecord(json)) return groupTypes;
  for (const [index, name] of Object.entries(json)) {
    if (/^\d{1,9}$/.test(index) && typeof name === "string") {
      groupTypes.set(Number(index), name);
    }
  }
  return groupTypes;
}
