import { isRecord, isText, readList } from "../core/guards.ts";
import type { JsonValue } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import { freezeDeep } from "./payloads.ts";
import type { FlagValue } from "./results.ts";
import { toPropertyMap } from "./wire.ts";

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

/** Reads what `overrideFeatureFlags` was given; what it does not name stays as `current` has it. */
export function readOverrides(
  given: unknown,
  current: FlagOverrides,
  reporter: Reporter,
): FlagOverrides {
  if (!isNamed(given)) {
    reporter.warn(
      "Cannot override feature flags: expected false, a list or an object",
    );
    return current;
  }
  const { flags, payloads }: { flags?: unknown; payloads?: unknown } = given ||
    { flags: given, payloads: given };
  const hasPayloads = payloads === false || isRecord(payloads);
  // Fresh copies, frozen as the payloads of definitions are: every reader gets the same one.
  const copies = toPropertyMap(payloads);
  copies.forEach((payload) => freezeDeep(payload));
  return {
    // Parity: posthog-node. With neither member it is a map, in which a flag may be called "flags".
    flags: isNamed(flags)
      ? readFlags(flags, reporter)
      : hasPayloads
      ? current.flags
      : readFlags(given, reporter),
    payloads: hasPayloads ? copies : current.payloads,
  };
}

function isNamed(given: unknown): given is object | false {
  return given === false || Array.isArray(given) || isRecord(given);
}

function readFlags(
  given: object | false,
  reporter: Reporter,
): ReadonlyMap<string, FlagValue | undefined> {
  const flags = new Map<string, FlagValue | undefined>();
  const entries = readList(given)?.map((key) => [key, true] as const) ??
    Object.entries(given);
  let isWhole = !Array.isArray(given) || entries.length === given.length;
  for (const [key, value] of entries) {
    const isOverride = value === undefined || typeof value === "boolean" ||
      isText(value);
    if (isText(key) && isOverride) flags.set(key, value);
    else isWhole = false;
  }
  if (!isWhole) {
    reporter.warn(
      "Cannot override a feature flag: expected true, false or a variant's key",
    );
  }
  return flags;
}
