import type { FlagPropertiesSource } from "../core/event.ts";
import { setOwn } from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import {
  explainAbsence,
  type ExposureContext,
  type ExposureTracker,
} from "./exposure.ts";
import { type FlagRecord, toFlagValue } from "./record.ts";
import { readDetail, toReadKind } from "./typed_reads.ts";
import type {
  FeatureFlagResult,
  FlagBootstrap,
  FlagDetail,
  FlagValue,
  IsEnabledOptions,
  Widened,
} from "./results.ts";

/** What a snapshot holds. */
export interface SnapshotData {
  /** Every flag with a value. */
  readonly records: ReadonlyMap<string, FlagRecord>;
  /** What exposures say beside the flag. */
  readonly context: ExposureContext;
  /** Sends exposures; undefined: none, as for an evaluation without an identity. */
  readonly tracker: ExposureTracker | undefined;
  /** Messages. */
  readonly reporter: Reporter;
  /** Whether slices warn about unknown keys. */
  readonly logWarnings: boolean;
  /** Whether this is a part of another snapshot: a key that it lacks was left out, not missing. */
  readonly isSlice: boolean;
  /** The keys read before it was made. */
  readonly accessed: ReadonlySet<string>;
}

let construct: (data: SnapshotData) => FeatureFlagEvaluations;

/** Creates a snapshot. */
export function createSnapshot(data: SnapshotData): FeatureFlagEvaluations {
  return construct(data);
}

/**
 * The frozen result of one `evaluateFlags`. Reads never evaluate and never make a request. A read that counts as
 * a use emits `$feature_flag_called`, once for each distinct use.
 *
 * Pass it as `flags` to `capture`, and the event carries the values as `$feature/<key>`.
 *
 * @example Read a boolean flag, a variant and its payload
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog } = createTestClient({ flags: { "new-nav": true, pricing: "annual" } });
 * const flags = await posthog.evaluateFlags("user-1");
 *
 * assertEquals(flags.isEnabled("new-nav"), true);
 * assertEquals(flags.getFlag("pricing"), "annual");
 * assertEquals(flags.number("discount", 0), 0);
 * assertEquals(flags.onlyAccessed().keys.sort(), ["new-nav", "pricing"]);
 * ```
 *
 * @see https://posthog.com/docs/feature-flags
 */
export class FeatureFlagEvaluations implements FlagPropertiesSource {
  static {
    construct = (data) => new FeatureFlagEvaluations(data);
  }

  readonly #data: SnapshotData;
  readonly #accessed: Set<string>;

  private constructor(data: SnapshotData) {
    this.#data = data;
    this.#accessed = new Set(data.accessed);
    Object.freeze(this);
  }

  /** The keys of the flags that have a value, in no particular order. No exposure. */
  get keys(): string[] {
    return [...this.#data.records.keys()];
  }

  /**
   * Whether the flag is on; any variant counts as on. A flag without a value gives the default, else false. Counts
   * as a use.
   *
   * @param options The default itself, or an object with it.
   */
  isEnabled(key: string, options?: boolean | IsEnabledOptions): boolean {
    const defaultValue = typeof options === "object"
      ? options?.defaultValue
      : options;
    return this.#use(key)?.enabled ?? defaultValue ?? false;
  }

  /** The flag's variant, true or false; undefined when it has no value. Counts as a use. */
  getFlag(key: string): FlagValue | undefined {
    const record = this.#use(key);
    return record && toFlagValue(record);
  }

  /** The decoded, frozen payload of the flag's value; undefined when there is none. No exposure. */
  getFlagPayload(key: string): JsonValue | undefined {
    return this.#data.records.get(key)?.payload;
  }

  /** Everything known about the flag; undefined when it has no value. No exposure. */
  getResult(key: string): FeatureFlagResult | undefined {
    const record = this.#data.records.get(key);
    if (!record) return undefined;
    const {
      enabled,
      variant,
      payload,
      reason,
      conditionIndex: ruleId,
      version: flagVersion,
      source,
    } = record;
    return Object.freeze({
      key,
      enabled,
      variant,
      payload,
      reason,
      ruleId,
      flagVersion,
      source,
    });
  }

  /** Whether the flag is on, else the default. Counts as a use. */
  boolean(key: string, defaultValue: boolean): boolean {
    return readDetail<boolean>(this.#use(key), "boolean", defaultValue).value;
  }

  /** The flag's variant, else the default. Counts as a use. */
  string(key: string, defaultValue: string): string {
    return readDetail<string>(this.#use(key), "string", defaultValue).value;
  }

  /** The flag's payload where it is a number, else the default. Counts as a use. */
  number(key: string, defaultValue: number): number {
    return readDetail<number>(this.#use(key), "number", defaultValue).value;
  }

  /**
   * The flag's payload where it is of the default's kind of JSON (object, array, string, …), else the default.
   * Members are not checked. Counts as a use.
   */
  json<T extends JsonValue>(key: string, defaultValue: T): Widened<T> {
    return readDetail(this.#use(key), "json", defaultValue).value;
  }

  /**
   * A typed read with its reason: as `boolean`, `string` or `number` for a default of that type, else as `json`.
   * Counts as a use.
   */
  detail<T extends JsonValue>(
    key: string,
    defaultValue: T,
  ): FlagDetail<Widened<T>> {
    const { context, isSlice } = this.#data;
    const record = this.#use(key);
    const absence = record || isSlice
      ? undefined
      : explainAbsence(key, context);
    return readDetail(record, toReadKind(defaultValue), defaultValue, absence);
  }

  /** A part with these flags. Keys without a value are left out, with one warning. No exposure. */
  only(keys: readonly string[]): FeatureFlagEvaluations {
    const { records, reporter, logWarnings } = this.#data;
    const unknown = keys.filter((key) => !records.has(key));
    if (unknown.length > 0 && logWarnings) {
      reporter.warn(
        `Flags without a value were left out of a slice: ${unknown.join(", ")}`,
      );
    }
    return this.#slice(keys);
  }

  /** A part with the flags used so far; empty when none was. Later uses do not add to it. No exposure. */
  onlyAccessed(): FeatureFlagEvaluations {
    return this.#slice(this.#accessed);
  }

  /** The enabled flags in the form that posthog-js takes as `bootstrap`. No exposure. */
  toBootstrap(): FlagBootstrap {
    const featureFlags: Record<string, FlagValue> = {};
    const featureFlagPayloads: Record<string, JsonValue> = {};
    for (const [key, record] of this.#data.records) {
      if (!record.enabled) continue;
      setOwn(featureFlags, key, toFlagValue(record));
      if (record.payload !== undefined) {
        setOwn(featureFlagPayloads, key, record.payload);
      }
    }
    return {
      distinctID: this.#data.context.distinctId,
      featureFlags,
      featureFlagPayloads,
    };
  }

  /** What `capture` adds to an event that is given the snapshot as `flags`. No exposure. */
  toEventProperties(): JsonObject {
    const properties: JsonObject = {};
    const active: string[] = [];
    for (const [key, record] of this.#data.records) {
      properties[`$feature/${key}`] = toFlagValue(record);
      if (record.enabled) active.push(key);
    }
    if (active.length > 0) properties["$active_feature_flags"] = active.sort();
    return properties;
  }

  #use(key: string): FlagRecord | undefined {
    const { records, tracker, context, isSlice } = this.#data;
    const record = records.get(key);
    if (record) this.#accessed.add(key);
    // What a slice lacks was left out on purpose; only a whole snapshot can tell that a flag is missing.
    if (record || !isSlice) tracker?.track(key, record, context);
    return record;
  }

  #slice(keys: Iterable<string>): FeatureFlagEvaluations {
    const records = new Map<string, FlagRecord>();
    for (const key of keys) {
      const record = this.#data.records.get(key);
      if (record) records.set(key, record);
    }
    return new FeatureFlagEvaluations({
      ...this.#data,
      records,
      isSlice: true,
      accessed: this.#accessed,
    });
  }
}
