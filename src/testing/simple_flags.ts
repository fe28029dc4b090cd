import type { JsonObject, JsonValue } from "../core/json.ts";
import type { EmulatorFlagDefinitions } from "../dev/types.ts";

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

/**
 * Builds flag definitions that give everybody the same values; a definitions document is given back as it is.
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
  if (isDefinitions(flags)) return flags;
  return {
    flags: Object.entries(flags).map(([key, flag], index) =>
      buildRow(key, flag, index + 1)
    ),
  };
}

function isDefinitions(
  flags: SimpleFlags | EmulatorFlagDefinitions,
): flags is EmulatorFlagDefinitions {
  return Array.isArray(flags["flags"]);
}

function buildRow(key: string, flag: SimpleFlag, id: number): JsonObject {
  const { value, payload }: SimpleFlagWithPayload = typeof flag === "object"
    ? flag
    : { value: flag };
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
