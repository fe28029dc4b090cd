import { isFiniteNumber, isNonBlank, isRecord } from "../core/guards.ts";
import type { Reporter } from "../core/reporter.ts";
import type { FlagOverrides } from "./overrides.ts";
import type { PropertyOverrides } from "./property_overrides.ts";
import type { FlagSettings } from "./types.ts";

/** What one evaluation was asked for, with the client's and the scope's defaults filled in. */
export interface EvaluationRequest {
  /** Whom to evaluate for: not blank. */
  readonly distinctId: string;
  /** The flags asked for by name, each once; undefined: all. */
  readonly flagKeys: readonly string[] | undefined;
  /** Whether the server may not be asked. */
  readonly isLocalOnly: boolean;
  /** The call's own `disableGeoip`. */
  readonly disableGeoip: boolean | undefined;
  /** Raw groups, the scope's included. */
  readonly groups: Readonly<Record<string, unknown>>;
  /** Raw person properties, those set beforehand included. */
  readonly personProperties: unknown;
  /** Raw group properties by group type, those set beforehand included. */
  readonly groupProperties: unknown;
  /** The call's device id, raw. */
  readonly deviceId: unknown;
  /** Whether reads emit nothing. */
  readonly isSilent: boolean;
  /** The overrides in force when the call was made. */
  readonly overrides: FlagOverrides;
}

/** What a method fixes about its evaluation, whatever its options say. */
export interface EvaluationScope {
  /** The only flags. */
  readonly flagKeys?: readonly string[];
  /** Whether reads emit nothing. */
  readonly isSilent?: boolean;
}

/** What fills in for arguments that are not given. */
export interface ArgumentDefaults {
  /** The client's options. */
  readonly settings: FlagSettings;
  /** Messages. */
  readonly reporter: Reporter;
  /** The request's identity. */
  readonly distinctId: string | undefined;
  /** The request's groups. */
  readonly groups: Readonly<Record<string, unknown>> | undefined;
  /** Properties set beforehand. */
  readonly properties: PropertyOverrides;
  /** The overrides in force. */
  readonly overrides: FlagOverrides;
}

/** The options among the arguments of `evaluateFlags`: they may stand in place of the distinct id. */
export function readOptions(
  first: unknown,
  second: unknown,
): Readonly<Record<string, unknown>> {
  return isRecord(first) ? first : isRecord(second) ? second : {};
}

/** Reads the argument forms of `evaluateFlags`; undefined when there is nobody, or nothing, to evaluate for. */
export function readArguments(
  first: unknown,
  second: unknown,
  scope: EvaluationScope,
  defaults: ArgumentDefaults,
): EvaluationRequest | undefined {
  const { settings, reporter, distinctId: contextId, groups } = defaults;
  const isPositional = first !== undefined && first !== null &&
    !isRecord(first);
  const {
    distinctId: givenId,
    groups: ownGroups,
    personProperties,
    groupProperties,
    flagKeys: givenKeys,
    onlyEvaluateLocally,
    disableGeoip,
    deviceId,
  } = readOptions(first, second);
  if (isPositional && givenId !== undefined) {
    reporter.debug("Two distinct ids were given; the positional one is used");
  }
  const distinctId = toDistinctId(
    isPositional ? first : givenId ?? contextId,
  );
  if (distinctId === undefined) {
    reporter.warn("Cannot evaluate feature flags: a distinct id is missing");
    return undefined;
  }
  const flagKeys = scope.flagKeys ?? readFlagKeys(givenKeys, reporter);
  if (flagKeys?.length === 0) return undefined;
  return {
    distinctId,
    flagKeys,
    isLocalOnly: readBoolean(onlyEvaluateLocally) ??
      settings.strictLocalEvaluation,
    disableGeoip: readBoolean(disableGeoip),
    groups: { ...groups, ...(isRecord(ownGroups) && ownGroups) },
    ...defaults.properties.merge({ personProperties, groupProperties }),
    deviceId,
    isSilent: scope.isSilent ?? false,
    overrides: defaults.overrides,
  };
}

function toDistinctId(value: unknown): string | undefined {
  if (isFiniteNumber(value)) return String(value);
  return isNonBlank(value) ? value : undefined;
}

function readFlagKeys(
  keys: unknown,
  reporter: Reporter,
): readonly string[] | undefined {
  if (!Array.isArray(keys)) return undefined;
  const texts = keys.filter((key: unknown) => typeof key === "string");
  if (texts.length < keys.length) {
    reporter.warn(
      "Option 'flagKeys' takes strings; the other keys are left out",
    );
  }
  return [...new Set(texts)];
}

function readBoolean(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}
