import { BoundedMap } from "../../core/bounded_map.ts";
import type { Hasher } from "../../core/hash.ts";
import type { JsonValue } from "../../core/json.ts";
import type { Reporter } from "../../core/reporter.ts";
import type { Evaluation } from "../../flags/evaluation.ts";
import type { LocalDefinitions } from "../../flags/local.ts";
import type { FlagRecord } from "../../flags/record.ts";
import type { RemoteFlags } from "../../flags/remote_response.ts";
import type { FlagValue } from "../../flags/results.ts";
import { evaluateFlagSet } from "../evaluation/passes.ts";
import type { FlagDefinitions, FlagRule } from "../evaluation/rules.ts";
import { buildDecision, OFF } from "../evaluation/types.ts";
import type { FlagDecision } from "../evaluation/outcome.ts";
import type { CachedDefinitions } from "./contained_cache.ts";

/** Keys remembered as missing; the oldest goes. */
const MAX_MISSING_KEYS = 1000;

/** Definitions in use: settled data only, shared by all requests of an isolate. */
export class InstalledDefinitions
  implements LocalDefinitions, CachedDefinitions {
  declare readonly definitions: FlagDefinitions;
  declare readonly etag: string | undefined;
  declare readonly fetchedAt: number | undefined;
  declare readonly confirmedAt: number;
  declare readonly loadedAt: number;
  readonly #hasher: Hasher;
  readonly #reporter: Reporter;
  readonly #missingKeys = new BoundedMap<string, null>(MAX_MISSING_KEYS);

  /** No flag is known to be missing yet. */
  constructor(
    { definitions, etag, fetchedAt, confirmedAt }: CachedDefinitions,
    loadedAt: number,
    hasher: Hasher,
    reporter: Reporter,
  ) {
    this.definitions = definitions;
    this.etag = etag;
    this.fetchedAt = fetchedAt;
    this.confirmedAt = confirmedAt ?? loadedAt;
    this.loadedAt = loadedAt;
    this.#hasher = hasher;
    this.#reporter = reporter;
  }

  /** Whether these are of a later moment than what a cache holds; a moment ahead of our clock counts as now. */
  isNewer(
    { etag, fetchedAt }: Pick<InstalledDefinitions, "etag" | "fetchedAt">,
    now: number,
  ): boolean {
    return fetchedAt !== undefined && !(etag && etag === this.etag) &&
      fetchedAt < Math.min(this.fetchedAt ?? this.loadedAt, now);
  }

  get minimalFlagCalledEvents(): boolean {
    return this.definitions.minimalFlagCalledEvents;
  }

  async evaluate(evaluation: Evaluation): Promise<boolean> {
    const {
      input,
      flagKeys,
      onlyEvaluateLocally,
      records,
      undecided,
      unservable,
    } = evaluation;
    const { flags } = evaluation.overrides;
    const known = this.definitions.flags;
    const isOpen = (key: string) => !flags.has(key);
    const openKeys = flagKeys?.filter(isOpen);
    // Nothing proves that a key without definition does not exist, except the server's word for it.
    let needsServer = known.size === 0 ||
      openKeys?.some((key) => !known.has(key) && !this.#missingKeys.has(key));
    const outcomes = await evaluateFlagSet(
      this.definitions,
      input,
      openKeys ??
        (flags.size > 0 ? known.keys().filter(isOpen) : undefined),
      this.#hasher,
    );
    for (const [key, outcome] of outcomes) {
      const rule = known.get(key);
      if (!rule) continue;
      switch (outcome.kind) {
        case "value":
          records.set(key, buildRecord(rule, outcome));
          if (rule.isEncrypted) unservable.set(key, "its payload is encrypted");
          break;
        case "omitted":
          evaluation.omitted.add(key);
          break;
        case "missing-group":
          // Asked for by name the server gets its say; a bulk call must not make a request each time.
          if (flagKeys && !onlyEvaluateLocally) {
            needsServer = true;
            undecided.set(key, "missing_context");
          } else records.set(key, buildRecord(rule, NO_GROUP));
          break;
        default:
          needsServer = true;
          undecided.set(key, outcome.cause);
          if (outcome.kind === "requires-server" || outcome.isFixed) {
            unservable.set(key, outcome.reason);
          }
          this.#reporter.debug(
            `Feature flag "${key}" is not decided locally: ${outcome.reason}`,
          );
      }
    }
    return needsServer ?? false;
  }

  noteMissing({ flagKeys }: Evaluation, response: RemoteFlags): void {
    if (response.errorsWhileComputingFlags || response.quotaLimited) return;
    for (const key of flagKeys ?? []) {
      if (
        this.definitions.flags.has(key) || response.flags.has(key) ||
        response.failed.has(key)
      ) continue;
      this.#missingKeys.set(key, null);
    }
  }

  findPayload(key: string, value: FlagValue): JsonValue | undefined {
    const rule = this.definitions.flags.get(key);
    return rule && (getPayload(rule, value) ?? null);
  }
}

const NO_GROUP = buildDecision(OFF, "no_group_type");

function buildRecord(
  rule: FlagRule,
  { value, reason, conditionIndex: ruleId }: FlagDecision,
): FlagRecord {
  const { id, version: flagVersion, hasExperiment } = rule;
  return {
    value,
    payload: getPayload(rule, value),
    source: "local",
    reason,
    description: "Evaluated locally",
    ruleId,
    flagVersion,
    id,
    hasExperiment,
  };
}

/**
 * The payload that belongs to a value of a flag; undefined where there is none. Nothing falls back to another value's
 * payload, and encrypted ones are not served.
 */
export function getPayload(
  { payloads }: FlagRule,
  value: FlagValue,
): JsonValue | undefined {
  return value === false ? undefined : payloads?.get(String(value));
}
