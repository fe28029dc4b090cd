import { isFiniteNumber, isNonBlank, isRecord } from "../core/guards.ts";
import type { Reporter } from "../core/reporter.ts";
import type { EvaluateFlagsOptions, FlagSettings } from "./types.ts";

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
  /** The caller's options, for what evaluation reads raw. */
  readonly options: EvaluateFlagsOptions;
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
}

/** Reads the argument forms of `evaluateFlags`; undefined when there is nobody, or nothing, to evaluate for. */
export function readArguments(
  first: unknown,
  second: unknown,
  { settings, reporter, distinctId: contextId, groups }: ArgumentDefaults,
): EvaluationRequest | undefined {
  const isPositional = first !== undefined && first !== null &&
    !isRecord(first);
  const options: EvaluateFlagsOptions = isRecord(first)
    ? first
    : isRecord(second)
    ? second
    : {};
  if (isPositional && options.distinctId !== undefined) {
    reporter.debug(
      "evaluateFlags() got two distinct ids; the positional one is used",
    );
  }
  const distinctId = toDistinctId(
    isPositional ? first : options.distinctId ?? contextId,
  );
  if (distinctId === undefined) {
    reporter.warn("Cannot evaluate feature flags: a distinct id is missing");
    return undefined;
  }
  const flagKeys = readFlagKeys(options.flagKeys, reporter);
  if (flagKeys?.length === 0) return undefined;
  return {
    distinctId,
    flagKeys,
    isLocalOnly: readBoolean(options.onlyEvaluateLocally) ??
      settings.strictLocalEvaluation,
    disableGeoip: readBoolean(options.disableGeoip),
    groups: { ...groups, ...(isRecord(options.groups) && options.groups) },
    options,
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
