import type { Feature } from "../client/feature.ts";
import type { Caller, FeatureMaker, Verb } from "../client/host.ts";
import { BoundedMap } from "../core/bounded_map.ts";
import {
  type ClientFlags,
  evaluate,
  findProperties,
  readEvaluation,
} from "./evaluator.ts";
import type { LocalEvaluation, LocalEvaluationPart } from "./local.ts";
import {
  type CheckedFlagOptions,
  checkFlagOptions,
  type FeatureFlagOptions,
} from "./options.ts";
import { Outage } from "./outage.ts";
import { readOverrides } from "./overrides.ts";
import { holdAll, holdGroups } from "./property_overrides.ts";
import { createRemoteConfig } from "./remote_config.ts";
import { prepareEventFlags } from "./send_feature_flags.ts";
import { createSnapshot } from "./snapshot.ts";
import type { FeatureFlagClientVerbs, FeatureFlagVerbs } from "./verbs.ts";
import { toPropertyMap } from "./wire.ts";

/** What {@linkcode featureFlags} is made of, beside itself. */
export interface FeatureFlagParts<LocalOptions = unknown> {
  /** Evaluates from definitions: `localEvaluation()` of `edgehog/local-evaluation`. Default: PostHog is asked. */
  readonly local?: LocalEvaluation<LocalOptions> | undefined;
}

/** Feature flags, to be handed to a client. */
export interface FeatureFlagsFeature<LocalOptions = unknown> extends Feature {
  /** What a client gains by it. Never there: it only carries the types. */
  readonly "~types"?: {
    /** The methods of the client and of scopes. */
    readonly verbs: FeatureFlagVerbs;
    /** The methods of the client alone. */
    readonly clientVerbs: FeatureFlagClientVerbs;
    /** The options. */
    readonly options: FeatureFlagOptions & LocalOptions;
  };
}

/** What the check of the options gives. */
interface CheckedFeatureFlags {
  readonly options: CheckedFlagOptions;
  /** Makes local evaluation, where it was handed in. */
  readonly local: ReturnType<LocalEvaluationPart["check"]> | undefined;
}

/** How long `waitForLocalEvaluationReady` waits unless told otherwise, in ms. */
const DEFAULT_READY_TIMEOUT_MS = 30_000;

/**
 * Feature flags for a client: snapshots with their exposures, by one `/flags` request each, remote config, overrides, and
 * flags on events. With `local`, flags are evaluated from definitions where those decide.
 *
 * @example Evaluate, and capture with the values
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createClient } from "edgehog/client";
 * import { createPostHogEmulator } from "edgehog/dev";
 * import { featureFlags } from "edgehog/feature-flags";
 *
 * const filters = { groups: [{ rollout_percentage: 100, properties: [] }] };
 * const emulator = createPostHogEmulator({ flags: { flags: [{ key: "new-nav", active: true, filters }] } });
 * const posthog = createClient("phc_x", { fetch: emulator.fetch, use: [featureFlags()] });
 * const flags = await posthog.evaluateFlags("user-1");
 * posthog.capture({ distinctId: "user-1", event: "page viewed", flags });
 * await posthog.flush();
 *
 * assertEquals(flags.isEnabled("new-nav"), true);
 * assertEquals(emulator.events[0]?.properties["$feature/new-nav"], true);
 * ```
 */
export function featureFlags<LocalOptions = unknown>(
  parts?: FeatureFlagParts<LocalOptions>,
): FeatureFlagsFeature<LocalOptions> {
  return createFeatureFlags(parts);
}

/** {@linkcode featureFlags}, as what a client makes it by. */
export function createFeatureFlags<LocalOptions>(
  parts: FeatureFlagParts<LocalOptions> | undefined,
): FeatureFlagsFeature<LocalOptions> & FeatureMaker<CheckedFeatureFlags> {
  // Nothing else has this name; anything that is none after all throws when its options are read.
  const part = parts?.local as LocalEvaluationPart | undefined;
  return {
    name: "featureFlags",
    verbs: [
      "evaluateFlags",
      "getRemoteConfigPayload",
      "reloadFeatureFlags",
      "isLocalEvaluationReady",
      "waitForLocalEvaluationReady",
      "setPersonPropertiesForFlags",
      "resetPersonPropertiesForFlags",
      "setGroupPropertiesForFlags",
      "resetGroupPropertiesForFlags",
    ],
    clientVerbs: ["overrideFeatureFlags"],
    eventMember: "sendFeatureFlags",
    check: (read) => ({
      options: checkFlagOptions(read),
      local: part?.check(read),
    }),
    make(host, { options, local }) {
      const flags: ClientFlags = {
        host,
        options,
        local: local?.(host, options),
        outage: new Outage(
          host,
          "/flags",
          options.featureFlagsRequestTimeoutMs,
        ),
        exposures: new BoundedMap(options.maxCacheSize),
        properties: new WeakMap(),
        overrides: { flags: new Map(), payloads: new Map() },
      };
      return {
        verbs: createVerbs(flags),
        neutral: {
          evaluateFlags: () => createSnapshot(flags),
          isLocalEvaluationReady: () => false,
          waitForLocalEvaluationReady: () => false,
        },
        prepareEvent: (caller, message) =>
          prepareEventFlags(caller, message, flags),
        async shutdown(deadline) {
          flags.exposures.clear();
          await flags.local?.shutdown(deadline);
        },
        port: flags,
      };
    },
  };
}

function createVerbs(flags: ClientFlags): Record<string, Verb> {
  const { host, local } = flags;
  const isReady = () => local?.isReady() ?? false;
  return {
    evaluateFlags: async (caller: Caller, first: unknown, second: unknown) =>
      await evaluate(flags, readEvaluation(flags, caller, first, second)),
    getRemoteConfigPayload: createRemoteConfig(flags),
    reloadFeatureFlags: async (caller: Caller) => await local?.reload(caller),
    isLocalEvaluationReady: isReady,
    async waitForLocalEvaluationReady(
      caller: Caller,
      timeoutMs: number = DEFAULT_READY_TIMEOUT_MS,
    ) {
      await local?.wait(caller, timeoutMs);
      return isReady();
    },
    setPersonPropertiesForFlags(caller: Caller, properties: unknown) {
      const { person } = findProperties(flags, caller);
      holdAll(person, toPropertyMap(properties), host.reporter);
    },
    resetPersonPropertiesForFlags(caller: Caller) {
      findProperties(flags, caller).person.clear();
    },
    setGroupPropertiesForFlags(caller: Caller, properties: unknown) {
      holdGroups(findProperties(flags, caller), properties, host.reporter);
    },
    resetGroupPropertiesForFlags(caller: Caller, type?: string) {
      const { groups } = findProperties(flags, caller);
      if (type === undefined) groups.clear();
      else groups.delete(type);
    },
    overrideFeatureFlags(_caller: Caller, given: unknown) {
      flags.overrides = readOverrides(given, flags.overrides, host.reporter);
    },
  };
}
