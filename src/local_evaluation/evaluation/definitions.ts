import { describeType, getOwn, isRecord, isText } from "../../core/guards.ts";
import { createBucketTable } from "./bucket_table.ts";
import { compileCohort, MAX_COHORT_DEPTH } from "./cohorts.ts";
import { compileFlag } from "./compile.ts";
import { MAX_FLAG_DEPTH } from "./dependencies.ts";
import type { RegexOperators } from "./matcher.ts";
import type { JsonRecord } from "./odd.ts";
import { RuleTable } from "./rule_table.ts";
import type {
  CohortRule,
  CompileContext,
  FlagDefinitions,
  FlagRule,
} from "./rules.ts";
import type { TimeZone } from "./time_zone.ts";

/**
 * Reads flag definitions: the server's document, or a cache entry in either spelling. Undefined when it is not
 * an object with an array `flags`; an odd row never spoils the document. The document is the result's from then on.
 *
 * @param timeZone The project's time zone, for dates without one; undefined: unknown.
 * @param regex Regular expressions; undefined: a filter that takes them is left to the server.
 */
export function readFlagDefinitions(
  json: unknown,
  timeZone?: TimeZone,
  regex?: RegexOperators,
): FlagDefinitions | undefined {
  const rows = isRecord(json) ? getOwn(json, "flags") : undefined;
  if (!isRecord(json) || !Array.isArray(rows)) return undefined;
  const skipped: string[] = [];
  const usable = new Map<string, unknown>();
  rows.forEach((row: unknown, index) => {
    const { key, deleted } = (row ?? {}) as JsonRecord;
    // Of JSON, nothing but an object has a key that is a text.
    if (typeof key === "string" && deleted !== true) usable.set(key, row);
    else skipped.push(`flags[${index}]: ${describeOddity(row)}`);
  });
  const { minimalFlagCalledEvents, propertyMatchingVersion } = readSwitches(
    json,
  );
  const context: CompileContext = {
    flags: new RuleTable<FlagRule>(
      usable,
      (key, row, index, needs) =>
        compileFlag(key, row as JsonRecord, index, needs, context),
      MAX_FLAG_DEPTH,
    ),
    cohorts: new RuleTable<CohortRule>(
      new Map(listEntries(getOwn(json, "cohorts"))),
      (_id, cohort, _index, needs) => compileCohort(cohort, needs, context),
      MAX_COHORT_DEPTH,
    ),
    groupTypes: readGroupTypes(json),
    matchingVersion: propertyMatchingVersion,
    timeZone,
    regex,
  };
  return {
    flags: context.flags,
    minimalFlagCalledEvents,
    skipped,
    buckets: createBucketTable(),
  };
}

/** Why a row is left out. */
function describeOddity(row: unknown): string {
  if (!isRecord(row)) return `expected an object, got ${describeType(row)}`;
  return isText(row["key"]) ? "the flag is deleted" : "the row has no key";
}

/** Reads the switches that concern all flags of a document or a cache entry. */
export function readSwitches(
  json: object,
): {
  readonly minimalFlagCalledEvents: boolean;
  readonly propertyMatchingVersion: 1 | 2;
} {
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

/** Reads the names of group types by index, as a document or a cache entry spells them. */
export function readGroupTypeMapping(json: object): unknown {
  return readEither(json, "group_type_mapping", "groupTypeMapping");
}

/** Reads a top-level field as the server spells it, or as a cache entry of posthog-node does. */
function readEither(
  json: object,
  wireName: string,
  cacheName: string,
): unknown {
  return getOwn(json, Object.hasOwn(json, wireName) ? wireName : cacheName);
}

function readGroupTypes(json: object): ReadonlyMap<number, string> {
  const groupTypes = new Map<number, string>();
  for (const [index, name] of listEntries(readGroupTypeMapping(json))) {
    if (/^\d{1,9}$/.test(index) && typeof name === "string") {
      groupTypes.set(Number(index), name);
    }
  }
  return groupTypes;
}

function listEntries(json: unknown): [string, unknown][] {
  return Object.entries(isRecord(json) ? json : {});
}
