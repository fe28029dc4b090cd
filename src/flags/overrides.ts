import { isRecord } from "../core/guards.ts";
import type { JsonValue } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import { decodePayload } from "../local_evaluation/evaluation/payloads.ts";
import { toPropertyMap } from "../local_evaluation/evaluation/wire.ts";
import type { FlagValue } from "./results.ts";

/** Values of flags by key; undefined stands for a flag that does not exist. */
export type FlagValueOverrides = Readonly<
  Record<string, FlagValue | undefined>
>;

/** Overrides of values and of payloads; what is not named stays as it is. */
export interface FeatureFlagOverrideOptions {
  /** The flags that are on, or values by key; false clears them. */
  readonly flags?: false | readonly string[] | FlagValueOverrides | undefined;
  /** Payloads by key, whatever the flag's value; false clears them. */
  readonly payloads?: false | Readonly<Record<string, JsonValue>> | undefined;
}

/** What `overrideFeatureFlags` takes. */
export type OverrideFeatureFlagsOptions =
  | false
  | readonly string[]
  | FlagValueOverrides
  | FeatureFlagOverrideOptions;

/** The overrides in force; replaced as a whole, so an evaluation works with the same ones from start to end. */
export interface FlagOverrides {
  /** Values by key; undefined simulates a flag that does not exist. */
  readonly flags: ReadonlyMap<string, FlagValue | undefined>;
  /** Payloads by key. */
  readonly payloads: ReadonlyMap<string, JsonValue>;
}

/** Holds the overrides of one client. */
export interface OverridesStore {
  /** The overrides in force. */
  current(): FlagOverrides;
  /** Replaces them. */
  set(overrides: unknown): void;
}

/** The value of a flag that a list names. */
const ON = true;

/** Creates an {@linkcode OverridesStore} without overrides. */
export function createOverridesStore(reporter: Reporter): OverridesStore {
  const none: FlagOverrides = { flags: new Map(), payloads: new Map() };
  let current = none;

  const readFlags = (given: object): FlagOverrides["flags"] => {
    const flags = new Map<string, FlagValue | undefined>();
    const entries: [unknown, unknown][] = Array.isArray(given)
      ? given.map((key) => [key, ON])
      : Object.entries(given);
    for (const [key, value] of entries) {
      if (typeof key === "string" && isOverride(value)) flags.set(key, value);
      else {
        reporter.warn(
          "Cannot override a feature flag: expected true, false or a variant's key",
        );
      }
    }
    return flags;
  };

  return {
    current: () => current,
    set(given) {
      if (given === false) current = none;
      else if (Array.isArray(given)) {
        current = { ...current, flags: readFlags(given) };
      } else if (!isRecord(given)) {
        reporter.warn(
          "Cannot override feature flags: expected false, a list or an object",
        );
      } else {
        const { flags, payloads } = given;
        const hasFlags = flags === false || Array.isArray(flags) ||
          isRecord(flags);
        const hasPayloads = payloads === false || isRecord(payloads);
        // Parity: posthog-node. Otherwise it is a map, in which a flag may be called "flags".
        if (!hasFlags && !hasPayloads) {
          current = { ...current, flags: readFlags(given) };
        } else {
          current = {
            flags: hasFlags ? readFlags(flags || {}) : current.flags,
            payloads: hasPayloads
              ? readPayloads(payloads || {})
              : current.payloads,
          };
        }
      }
    },
  };
}

/** Whether overrides answer all that is asked for, so that nothing needs to be loaded. */
export function isOverridden(
  { flags }: FlagOverrides,
  flagKeys: readonly string[] | undefined,
): boolean {
  return flagKeys?.every((key) => flags.has(key)) === true;
}

function isOverride(value: unknown): value is FlagValue | undefined {
  return value === undefined || typeof value === "boolean" ||
    typeof value === "string";
}

/** Frozen copies, as the payloads of definitions are: every reader gets the same one. */
function readPayloads(given: object): FlagOverrides["payloads"] {
  const payloads = new Map<string, JsonValue>();
  for (const [key, value] of toPropertyMap(given)) {
    payloads.set(key, decodePayload(JSON.stringify(value)));
  }
  return payloads;
}
