import { setOwn } from "../core/guards.ts";
import type { Reporter } from "../core/reporter.ts";
import {
  type EvaluationRequest,
  type EvaluationScope,
  readOptions,
} from "../flags/arguments.ts";
import type { InstalledDefinitions } from "../local_evaluation/definitions/store.ts";
import { getPayload } from "../local_evaluation/evaluation/payloads.ts";
import type { FlagsAndPayloads, LegacyFlagMethods } from "./legacy_types.ts";
import { toFlagValue } from "../flags/record.ts";
import type { FeatureFlagEvaluations } from "../flags/snapshot.ts";

/** What the methods of one client or scope are made of. */
export interface LegacyFlagDeps {
  /** Reads the arguments of `evaluateFlags`; undefined when there is nobody, or nothing, to evaluate for. */
  read(
    first: unknown,
    second: unknown,
    scope: EvaluationScope,
  ): EvaluationRequest | undefined;
  /** The definitions to use now. */
  load(): Promise<InstalledDefinitions | undefined>;
  /** Evaluates with the definitions that `load` gives; by default with those to use now. */
  evaluate(
    request: EvaluationRequest,
    load?: () => Promise<InstalledDefinitions | undefined>,
  ): Promise<FeatureFlagEvaluations>;
}

/** Creates the methods of one client and of its scopes; what was said of their deprecation is shared. */
export function createLegacyFlags(
  reporter: Reporter,
  logWarnings: boolean,
): (deps: LegacyFlagDeps) => LegacyFlagMethods {
  const noted = new Set<string>();
  const note = (method: keyof LegacyFlagMethods) => {
    if (!logWarnings || noted.has(method)) return;
    noted.add(method);
    reporter.debug(
      `"${method}" is deprecated: take a snapshot with "evaluateFlags"`,
    );
  };

  return ({ read, load, evaluate }) => {
    const readOne = (
      key: unknown,
      first: unknown,
      second: unknown,
    ) => {
      const isSilent =
        readOptions(first, second)["sendFeatureFlagEvents"] === false;
      if (typeof key === "string" && key !== "") {
        return read(first, second, { flagKeys: [key], isSilent });
      }
      reporter.warn("Cannot evaluate a feature flag: its key is missing");
      return undefined;
    };
    const evaluateOne = async (
      method: keyof LegacyFlagMethods,
      key: unknown,
      first: unknown,
      second: unknown,
    ) => {
      note(method);
      const request = readOne(key, first, second);
      return request && await evaluate(request);
    };
    const evaluateAll = async (
      method: keyof LegacyFlagMethods,
      first: unknown,
      second: unknown,
    ): Promise<FlagsAndPayloads> => {
      note(method);
      const featureFlags = {};
      const featureFlagPayloads = {};
      const request = read(first, second, {});
      const flags = request && await evaluate(request);
      for (const key of flags?.keys ?? []) {
        const result = flags?.getResult(key);
        if (!result) continue;
        setOwn(featureFlags, key, toFlagValue(result));
        if (result.enabled && result.payload !== undefined) {
          setOwn(featureFlagPayloads, key, result.payload);
        }
      }
      return { featureFlags, featureFlagPayloads };
    };

    return {
      async isFeatureEnabled(key, first, second) {
        const flags = await evaluateOne("isFeatureEnabled", key, first, second);
        const value = flags?.getFlag(key);
        if (value !== undefined) return value !== false;
        const { defaultValue } = readOptions(first, second);
        return typeof defaultValue === "boolean" ? defaultValue : undefined;
      },
      async getFeatureFlag(key, first, second) {
        const flags = await evaluateOne("getFeatureFlag", key, first, second);
        return flags?.getFlag(key);
      },
      async getFeatureFlagResult(key, first, second) {
        const flags = await evaluateOne(
          "getFeatureFlagResult",
          key,
          first,
          second,
        );
        // The use; what is returned is read without one.
        flags?.getFlag(key);
        const result = flags?.getResult(key);
        if (!result) return undefined;
        const { enabled, variant, payload } = result;
        return {
          key,
          enabled,
          ...(variant !== undefined && { variant }),
          ...(payload !== undefined && { payload }),
        };
      },
      async getFeatureFlagPayload(key, first, matchValue, options) {
        note("getFeatureFlagPayload");
        const request = readOne(key, first, options);
        if (!request) return undefined;
        const { flags, payloads } = request.overrides;
        if (payloads.has(key)) return payloads.get(key);
        let access = load;
        if (!flags.has(key)) {
          if (matchValue === false) return null;
          if (matchValue === true || typeof matchValue === "string") {
            const loading = load();
            // The evaluation that may follow shall not wait for definitions once more.
            access = () => loading;
            const rule = (await loading)?.compiled.rules.get(key);
            if (rule) return getPayload(rule, matchValue) ?? null;
          }
        }
        const result = (await evaluate(request, access)).getResult(key);
        return result && (result.payload ?? null);
      },
      async getAllFlags(first, second) {
        return (await evaluateAll("getAllFlags", first, second)).featureFlags;
      },
      getAllFlagsAndPayloads: (first, second) =>
        evaluateAll("getAllFlagsAndPayloads", first, second),
    };
  };
}
