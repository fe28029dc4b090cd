import type { Clock } from "../core/clock.ts";
import type { EventSink } from "../core/event.ts";
import type { Hasher } from "../core/hash.ts";
import type { Reporter } from "../core/reporter.ts";
import type { EvaluationRequest } from "./arguments.ts";
import type {
  DefinitionsStore,
  InstalledDefinitions,
} from "../local_evaluation/definitions/store.ts";
import { buildEvaluationInput } from "../local_evaluation/evaluation/input.ts";
import { evaluateFlagSet } from "../local_evaluation/evaluation/passes.ts";
import type {
  EvaluationInput,
  PropertyMap,
} from "../local_evaluation/evaluation/types.ts";
import { toPropertyMap } from "../local_evaluation/evaluation/wire.ts";
import type { ExposureTracker } from "./exposure.ts";
import {
  buildLocalRecord,
  buildMissingGroupRecord,
  buildOverrideRecord,
  buildRemoteRecord,
  type FlagRecord,
} from "./record.ts";
import type { RemoteEvaluator, RemoteResult } from "./remote.ts";
import { createSnapshot, type FeatureFlagEvaluations } from "./snapshot.ts";
import type { FlagSettings } from "./types.ts";

/** What answers one evaluation. */
export interface ResolverDeps {
  /** The client's options. */
  readonly settings: FlagSettings;
  /** Time. */
  readonly clock: Clock;
  /** SHA-1. */
  readonly hasher: Hasher;
  /** Messages. */
  readonly reporter: Reporter;
  /** Knows which keys PostHog has no flag for. */
  readonly store: DefinitionsStore;
  /** Asks PostHog. */
  readonly remote: RemoteEvaluator;
  /** Sends exposures. */
  readonly tracker: ExposureTracker;
}

/** Answers evaluations: locally where definitions decide, with at most one `/flags` request for the rest. */
export interface Resolver {
  /** Resolves one evaluation with the given definitions; exposures of the snapshot go to `sink`. Never rejects. */
  resolve(
    request: EvaluationRequest,
    installed: InstalledDefinitions | undefined,
    sink: EventSink,
  ): Promise<FeatureFlagEvaluations>;
  /** The snapshot without flags, for nobody: it emits nothing. */
  createEmpty(sink: EventSink): FeatureFlagEvaluations;
}

/** What overrides and local evaluation left. */
interface LocalResult {
  /** The flags that have a value. */
  readonly records: Map<string, FlagRecord>;
  /** Flags that are settled without a value: the server's answer about them does not count. */
  readonly omitted: ReadonlySet<string>;
  /** Flags that definitions can't decide; undefined: any, for want of definitions. */
  readonly undecided: ReadonlySet<string> | undefined;
  /** Whether the server has to be asked. */
  readonly needsRemote: boolean;
}

const NO_KEYS: ReadonlySet<string> = new Set();

/** Creates a {@linkcode Resolver}. */
export function createResolver(deps: ResolverDeps): Resolver {
  const { settings, clock, reporter, store, remote, tracker } = deps;
  const { logWarnings } = settings;

  return {
    async resolve(request, installed, sink) {
      const { distinctId, flagKeys, disableGeoip, overrides } = request;
      const { deviceId, personProperties, groupProperties } = request;
      const input = buildEvaluationInput({
        distinctId,
        deviceId,
        personProperties,
        groups: request.groups,
        groupProperties,
        evaluationContexts: settings.evaluationContexts,
        now: clock.now(),
      });
      const {
        records,
        omitted,
        undecided,
        needsRemote,
      } = await evaluateLocally(
        deps,
        request,
        installed,
        input,
      );
      let result: RemoteResult | undefined;
      if (needsRemote && !request.isLocalOnly) {
        result = await remote.evaluate({
          input,
          personProperties: toSentProperties(personProperties),
          flagKeys,
          disableGeoip: disableGeoip ?? settings.disableGeoip,
        });
        addRemote(records, omitted, flagKeys, result);
        if (installed) noteMissing(store, installed, flagKeys, result);
      }
      for (const [key, payload] of overrides.payloads) {
        const record = records.get(key);
        if (record) records.set(key, { ...record, payload });
      }
      return createSnapshot({
        records,
        tracker: request.isSilent ? undefined : tracker,
        reporter,
        logWarnings,
        isSlice: false,
        accessed: new Set(),
        context: {
          sink,
          distinctId,
          groups: Object.fromEntries(
            [...input.groups].map(([type, { key }]) => [type, key]),
          ),
          deviceId: input.deviceId,
          disableGeoip,
          evaluatedAt: input.now,
          definitionsLoadedAt: installed &&
            (installed.fetchedAt ?? installed.loadedAt),
          isMinimalLocally:
            installed?.compiled.definitions.minimalFlagCalledEvents === true,
          remote: result?.kind === "flags" ? result.response : undefined,
          failure: result?.kind === "failed" ? result.failure : undefined,
          overrides: overrides.flags,
          omitted,
          undecided: request.isLocalOnly ? undecided : NO_KEYS,
        },
      });
    },
    createEmpty: (sink) =>
      createSnapshot({
        records: new Map(),
        tracker: undefined,
        reporter,
        logWarnings,
        isSlice: false,
        accessed: new Set(),
        context: {
          sink,
          distinctId: "",
          groups: {},
          deviceId: undefined,
          disableGeoip: undefined,
          evaluatedAt: 0,
          definitionsLoadedAt: undefined,
          isMinimalLocally: false,
          remote: undefined,
          failure: undefined,
          overrides: NO_KEYS,
          omitted: NO_KEYS,
          undecided: NO_KEYS,
        },
      }),
  };
}

/** Without `$current_distinct_id`, which older SDKs added to them; nothing reads it any more. */
function toSentProperties(properties: unknown): PropertyMap {
  const sent = toPropertyMap(properties);
  sent.delete("$current_distinct_id");
  return sent;
}

async function evaluateLocally(
  { hasher, store, reporter }: ResolverDeps,
  { flagKeys, isLocalOnly, overrides: { flags } }: EvaluationRequest,
  installed: InstalledDefinitions | undefined,
  input: EvaluationInput,
): Promise<LocalResult> {
  const records = new Map<string, FlagRecord>();
  const omitted = new Set<string>();
  for (const key of flagKeys ?? flags.keys()) {
    const value = flags.get(key);
    if (value !== undefined) records.set(key, buildOverrideRecord(key, value));
    else if (flags.has(key)) omitted.add(key);
  }
  const isOpen = (key: string) => !flags.has(key);
  const openKeys = flagKeys?.filter(isOpen);
  if (!installed) {
    const needsRemote = openKeys?.length !== 0;
    return { records, omitted, undecided: undefined, needsRemote };
  }
  const { rules } = installed.compiled;
  const undecided = new Set<string>();
  let needsRemote = rules.size === 0 && openKeys?.length !== 0;
  // Nothing proves that a key without definition does not exist, except the server's word for it.
  for (const key of openKeys ?? []) {
    if (!rules.has(key) && !store.isKnownMissing(key)) needsRemote = true;
  }
  for (
    const [key, outcome] of await evaluateFlagSet(
      installed.compiled,
      input,
      openKeys ??
        (flags.size > 0 ? [...rules.keys()].filter(isOpen) : undefined),
      hasher,
    )
  ) {
    const rule = rules.get(key);
    if (!rule) continue;
    switch (outcome.kind) {
      case "value":
        records.set(key, buildLocalRecord(rule, outcome));
        break;
      case "omitted":
        omitted.add(key);
        break;
      case "missing-group":
        // Asked for by name the server gets its say; a bulk call must not make a request each time.
        if (flagKeys && !isLocalOnly) needsRemote = true;
        else records.set(key, buildMissingGroupRecord(rule));
        break;
      default:
        needsRemote = true;
        undecided.add(key);
        reporter.debug(
          `Feature flag "${key}" is not decided locally: ${outcome.reason}`,
        );
    }
  }
  return { records, omitted, undecided, needsRemote };
}

/** Remote values fill in what local evaluation left open; a local value is never overwritten. */
function addRemote(
  records: Map<string, FlagRecord>,
  omitted: ReadonlySet<string>,
  flagKeys: readonly string[] | undefined,
  result: RemoteResult,
): void {
  if (result.kind !== "flags") return;
  // The response may carry the flags that the requested ones depend on.
  const requested = flagKeys && new Set(flagKeys);
  for (const [key, flag] of result.response.flags) {
    if (records.has(key) || omitted.has(key) || requested?.has(key) === false) {
      continue;
    }
    records.set(key, buildRemoteRecord(key, flag));
  }
}

/** Remembers requested keys that neither the definitions nor a sound response know. */
function noteMissing(
  store: DefinitionsStore,
  installed: InstalledDefinitions,
  flagKeys: readonly string[] | undefined,
  result: RemoteResult,
): void {
  if (result.kind !== "flags") return;
  const { flags, failedKeys, hasComputingErrors, isQuotaLimited } =
    result.response;
  if (hasComputingErrors || isQuotaLimited) return;
  for (const key of flagKeys ?? []) {
    if (
      installed.compiled.rules.has(key) || flags.has(key) || failedKeys.has(key)
    ) continue;
    store.rememberMissing(key, installed);
  }
}
