import { isRecord, isText } from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import type { EmulatorFlagDefinitions } from "../dev/types.ts";
import { expectThat } from "./expect_that.ts";

/** The value that everybody gets, with the payload of that value. */
export interface SimpleFlagWithPayload {
  /** On, off, or a variant's key. */
  readonly value: boolean | string;
  /** The payload. Default: none. */
  readonly payload?: JsonValue | undefined;
}

/** A flag that has one value for everybody: on, off, or a variant's key. */
export type SimpleFlag = boolean | string | SimpleFlagWithPayload;

/** Flags by key, each with one value for everybody. */
export type SimpleFlags = Readonly<Record<string, SimpleFlag>>;

/** The flags of a test. */
export interface TestFlags {
  /** Flags: one value for everybody each, or a definitions document. Default: none. */
  readonly flags?: SimpleFlags | EmulatorFlagDefinitions | undefined;
  /** Payloads by the key of a flag, whatever its value. Default: none but those of the flags. */
  readonly payloads?: Readonly<Record<string, JsonValue>> | undefined;
  /** A definitions document. A flag that is among `flags` too is the one of this document. Default: none. */
  readonly definitions?: EmulatorFlagDefinitions | undefined;
}

/**
 * Builds flag definitions that give everybody the same values; a definitions document is given back as it is.
 *
 * @throws {TypeError} They are neither.
 *
 * @example
 * ```ts
 * import { buildFlagDefinitions } from "edgehog/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { flags } = buildFlagDefinitions({ "new-nav": true, "pricing": "annual" });
 * assertEquals(flags.length, 2);
 * ```
 */
export function buildFlagDefinitions(
  flags: SimpleFlags | EmulatorFlagDefinitions,
): EmulatorFlagDefinitions {
  const expected =
    "Cannot use 'flags': expected values by key, or a definitions document";
  expectThat(isRecord(flags), expected, flags);
  if (isDefinitions(flags)) return flags;
  return {
    flags: Object.entries(flags).map(([key, flag], index) =>
      buildRow(key, flag, index + 1)
    ),
  };
}

/**
 * Puts the flags of a test together.
 *
 * @throws {TypeError} A payload is for a flag that is not there, or something is of another type than it may be.
 */
export function mergeFlags(
  { flags = {}, payloads = {}, definitions }: TestFlags,
): EmulatorFlagDefinitions {
  const fixed = buildFlagDefinitions(flags);
  const expected = "Cannot use 'payloads': expected payloads by key";
  expectThat(isRecord(payloads), expected, payloads);
  expectThat(
    definitions === undefined || isDefinitions(definitions),
    "Cannot use 'definitions': expected a document with a list of 'flags'",
    definitions,
  );
  const named = new Set(definitions?.flags.map(keyOf));
  const rows = [
    ...definitions?.flags ?? [],
    ...fixed.flags.filter((row) => !named.has(keyOf(row))),
  ];
  for (const key of Object.keys(payloads)) {
    if (!rows.some((row) => keyOf(row) === key)) {
      throw new TypeError(
        `Cannot give a payload to '${key}': no flag of the test has this key`,
      );
    }
  }
  return {
    ...fixed,
    ...definitions,
    flags: rows.map((row) => {
      const key = String(keyOf(row));
      return Object.hasOwn(payloads, key)
        ? addPayload(row, JSON.stringify(payloads[key]))
        : row;
    }),
  };
}

function keyOf(row: object): unknown {
  return (row as { key?: unknown }).key;
}

/** The row with that payload for each of its values. */
function addPayload(row: object, text: string): object {
  const { filters } = row as { filters?: unknown };
  const { multivariate }: { multivariate?: { variants?: object[] } } =
    isRecord(filters) ? filters : {};
  const values = ["true", ...multivariate?.variants?.map(keyOf) ?? []];
  return {
    ...row,
    filters: {
      ...Object(filters),
      payloads: Object.fromEntries(values.map((value) => [value, text])),
    },
  };
}

function isDefinitions(
  flags: SimpleFlags | EmulatorFlagDefinitions,
): flags is EmulatorFlagDefinitions {
  return isRecord(flags) && Array.isArray(flags["flags"]);
}

function buildRow(key: string, flag: SimpleFlag, id: number): JsonObject {
  const { value, payload }: SimpleFlagWithPayload = typeof flag === "object"
    ? Object(flag)
    : { value: flag };
  expectThat(
    typeof value === "boolean" || isText(value),
    `Cannot use the flag '${key}': expected its value to be a boolean or a variant's key`,
    value,
  );
  const variants = typeof value === "string"
    ? [{ key: value, rollout_percentage: 100 }]
    : undefined;
  return {
    id,
    key,
    version: 1,
    active: true,
    filters: {
      groups: value === false
        ? []
        : [{ properties: [], rollout_percentage: 100 }],
      ...(variants && { multivariate: { variants } }),
      // PostHog keeps payloads as JSON text.
      payloads: payload === undefined
        ? {}
        : { [String(value)]: JSON.stringify(payload) },
    },
  };
}
