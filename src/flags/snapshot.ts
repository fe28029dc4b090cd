import type { FlagPropertiesSource } from "../core/event.ts";
import { describeType, isText, readMembers, setOwn } from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import type { Evaluation } from "./evaluation.ts";
import { captureExposure, explainAbsence, getLoadedAt } from "./exposure.ts";
import type { FlagPort } from "./port.ts";
import type { FlagRecord } from "./record.ts";
import type {
  FeatureFlagResult,
  FlagBootstrap,
  FlagDetail,
  FlagReadOptions,
  FlagValue,
  IsEnabledOptions,
  UnresolvedFlagReason,
  Widened,
} from "./results.ts";
import { ofType } from "./wire.ts";

type Records = ReadonlyMap<string, FlagRecord>;

/** Creates the snapshot of an evaluation; without one, the snapshot for nobody, which has no flags and emits nothing. */
export function createSnapshot(
  { host, options }: FlagPort,
  evaluation?: Evaluation,
): FeatureFlagEvaluations {
  // Closed to applications, as the class says; who hears of unknown keys in slices comes second.
  const Snapshot = FeatureFlagEvaluations as unknown as new (
    evaluation: Evaluation | undefined,
    reporter: Reporter | undefined,
  ) => FeatureFlagEvaluations;
  return new Snapshot(
    evaluation,
    options.featureFlagsLogWarnings ? host.reporter : undefined,
  );
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
  readonly #evaluation: Evaluation | undefined;
  readonly #reporter: Reporter | undefined;
  readonly #accessed: Set<string>;
  readonly #records: Records;

  /** The last two are those of a part of another snapshot. */
  private constructor(
    evaluation: Evaluation | undefined,
    reporter: Reporter | undefined,
    accessed?: ReadonlySet<string>,
    records: Records = evaluation?.records ?? new Map(),
  ) {
    this.#evaluation = evaluation;
    this.#reporter = reporter;
    this.#accessed = new Set(accessed);
    this.#records = records;
    Object.freeze(this);
  }

  /** Whom the flags were evaluated for; undefined where nobody was named. */
  get distinctId(): string | undefined {
    return this.#evaluation?.input.distinctId;
  }

  /** Group type to group key, as far as keys can be used. Frozen. */
  get groups(): Readonly<Record<string, string | number>> {
    return Object.freeze(
      Object.fromEntries(this.#evaluation?.input.groups ?? []),
    );
  }

  /** The device id that went into the evaluation. */
  get deviceId(): string | undefined {
    return this.#evaluation?.input.deviceId;
  }

  /** The id of the request to PostHog, where one was answered. */
  get requestId(): string | undefined {
    return this.#evaluation?.remote?.requestId;
  }

  /** When PostHog evaluated, where it was asked, else when definitions were, in ms since the epoch. */
  get evaluatedAt(): number | undefined {
    const { remote, input } = this.#evaluation ?? {};
    return remote?.evaluatedAt ?? (input?.now || undefined);
  }

  /** When the definitions that were used had been loaded, in ms since the epoch. */
  get flagDefinitionsLoadedAt(): number | undefined {
    return getLoadedAt(this.#evaluation);
  }

  /**
   * The flags that have a definition but no value: definitions could not decide them, and PostHog was not asked or gave no
   * value. Frozen; empty for a part of another snapshot. No exposure.
   *
   * @example Tell a flag that can't be decided from one that does not exist
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const pro = [{ key: "plan", type: "person", operator: "exact", value: "pro" }];
   * const nav = { key: "new-nav", active: true, filters: { groups: [{ properties: pro }] } };
   * const { posthog } = createTestClient({ flags: { flags: [nav] }, strictLocalEvaluation: true });
   * const flags = await posthog.evaluateFlags("user-1");
   *
   * assertEquals(flags.getFlag("new-nav"), undefined);
   * assertEquals(flags.unresolvedFlags, { "new-nav": "missing_context" });
   * ```
   */
  get unresolvedFlags(): Readonly<Record<string, UnresolvedFlagReason>> {
    return Object.freeze(Object.fromEntries(this.#whole?.undecided ?? []));
  }

  /** The keys of the flags that have a value, in no particular order. No exposure. */
  get keys(): string[] {
    return [...this.#records.keys()];
  }

  /**
   * Whether the flag is on; any variant counts as on. A flag without a value gives the default, else false. Counts
   * as a use.
   *
   * @param options The default itself, or an object with it.
   */
  isEnabled(key: string, options?: boolean | IsEnabledOptions): boolean {
    const given = typeof options === "object" ? options : undefined;
    const value = this.getFlag(key, given);
    if (value !== undefined) return value !== false;
    return (given ? given.defaultValue : options as boolean) ?? false;
  }

  /** The flag's variant, true or false; undefined when it has no value. Counts as a use. */
  getFlag(key: string, options?: FlagReadOptions): FlagValue | undefined {
    return this.#use(key, options)?.value;
  }

  /** The decoded, frozen payload of the flag's value; undefined when there is none. No exposure. */
  getFlagPayload(key: string): JsonValue | undefined {
    return this.#records.get(key)?.payload;
  }

  /** Everything known about the flag; undefined when it has no value. No exposure. */
  getResult(key: string): FeatureFlagResult | undefined {
    const record = this.#records.get(key);
    return record && Object.freeze({
      key,
      enabled: record.value !== false,
      ...describe(record),
      source: record.source,
    });
  }

  /** Whether the flag is on, else the default. Counts as a use. */
  boolean(key: string, defaultValue: boolean): boolean {
    return this.#read<boolean>(key, defaultValue, "boolean").value;
  }

  /** The flag's variant, else the default. Counts as a use. */
  string(key: string, defaultValue: string): string {
    return this.#read<string>(key, defaultValue, "string").value;
  }

  /** The flag's payload where it is a number, else the default. Counts as a use. */
  number(key: string, defaultValue: number): number {
    return this.#read<number>(key, defaultValue).value;
  }

  /**
   * The flag's payload where it is of the default's kind of JSON (object, array, string, …), else the default.
   * Members are not checked. Counts as a use.
   */
  json<T extends JsonValue>(key: string, defaultValue: T): Widened<T> {
    return this.#read(key, defaultValue).value;
  }

  /**
   * A typed read with its reason: as `boolean`, `string` or `number` for a default of that type, else as `json`.
   * Counts as a use.
   */
  detail<T extends JsonValue>(
    key: string,
    defaultValue: T,
  ): FlagDetail<Widened<T>> {
    return this.#read(key, defaultValue, typeof defaultValue);
  }

  /**
   * A part with these flags. Keys without a value are left out, with one warning; so is whatever is no key. No exposure.
   *
   * @param keys A key, or any iterable of at most 10,000 keys.
   */
  only(keys: string | Iterable<string>): FeatureFlagEvaluations {
    const asked = isText(keys) ? [keys] : readMembers(keys);
    const isKnown = (key: unknown) => isText(key) && this.#records.has(key);
    const known = asked?.filter(isKnown) ?? [];
    if (known.length !== asked?.length) {
      const unknown = asked?.filter((key) => !isKnown(key)) ?? [keys];
      const names = unknown.map((key) => isText(key) ? key : describeType(key));
      this.#reporter?.warn(
        `Flags without a value were left out of a slice: ${names.join(", ")}`,
      );
    }
    return this.#slice(known as string[]);
  }

  /** A part with the flags used so far; empty when none was. Later uses do not add to it. No exposure. */
  onlyAccessed(): FeatureFlagEvaluations {
    return this.#slice(this.#accessed);
  }

  /**
   * The flags in the form that posthog-js takes as `bootstrap`, with the person where the call, `setContext` or
   * `forRequest` named one. No exposure.
   */
  toBootstrap(): FlagBootstrap {
    const featureFlags: Record<string, FlagValue> = {};
    const featureFlagPayloads: Record<string, JsonValue> = {};
    for (const [key, { value, payload }] of this.#records) {
      setOwn(featureFlags, key, value);
      if (value !== false && payload !== undefined) {
        setOwn(featureFlagPayloads, key, payload);
      }
    }
    const { isNamed, input } = this.#evaluation ?? {};
    return {
      ...(isNamed && input &&
        { distinctID: input.distinctId, isIdentifiedID: true }),
      featureFlags,
      featureFlagPayloads,
    };
  }

  /** What `capture` adds to an event that is given the snapshot as `flags`. No exposure. */
  toEventProperties(): JsonObject {
    const properties: JsonObject = {};
    const active: string[] = [];
    for (const [key, { value }] of this.#records) {
      properties[`$feature/${key}`] = value;
      if (value !== false) active.push(key);
    }
    if (active.length > 0) properties["$active_feature_flags"] = active.sort();
    return properties;
  }

  /** The evaluation, where a key without a record is missing there: what a slice lacks was left out on purpose. */
  get #whole(): Evaluation | undefined {
    const evaluation = this.#evaluation;
    return evaluation?.records === this.#records ? evaluation : undefined;
  }

  #use(key: string, options?: FlagReadOptions): FlagRecord | undefined {
    const record = this.#records.get(key);
    if (record) this.#accessed.add(key);
    const evaluation = record ? this.#evaluation : this.#whole;
    // What is no key is no use of a flag.
    if (evaluation && isText(key)) {
      const isSent = ofType(options?.sendFeatureFlagEvents, "boolean");
      captureExposure(key, record, evaluation, isSent);
    }
    return record;
  }

  /** Reads what the kind names (whether it is on, the variant, else the payload), where it has the default's type. */
  #read<T extends JsonValue>(
    key: string,
    defaultValue: T,
    kind?: string,
  ): FlagDetail<Widened<T>> {
    const record = this.#use(key);
    const details = describe(record);
    const found = kind === "boolean"
      ? record && record.value !== false
      : kind === "string"
      ? details.variant
      : details.payload;
    const isMatch = found !== undefined &&
      describeType(found) === describeType(defaultValue);
    const whole = this.#whole;
    return Object.freeze({
      // A value of type `T` is one of the wider type, which the compiler can't follow.
      value: (isMatch ? found : defaultValue) as Widened<T>,
      ...details,
      reason: isMatch
        ? details.reason
        : record
        ? "type_mismatch"
        : whole
        ? explainAbsence(key, whole)
        : "flag_missing",
      source: record && isMatch ? record.source : "default",
    });
  }

  #slice(keys: Iterable<string>): FeatureFlagEvaluations {
    const records = new Map<string, FlagRecord>();
    for (const key of keys) {
      const record = this.#records.get(key);
      if (record) records.set(key, record);
    }
    return new FeatureFlagEvaluations(
      this.#evaluation,
      this.#reporter,
      this.#accessed,
      records,
    );
  }
}

/** What results and details say alike. */
function describe(record: FlagRecord | undefined) {
  const value = record?.value;
  return {
    variant: ofType(value, "string"),
    payload: record?.payload,
    reason: record?.reason,
    ruleId: record?.ruleId,
    flagVersion: record?.flagVersion,
    // Definitions of no other version are evaluated locally.
    configVersion: record?.source === "local" ? 1 : record?.configVersion,
  };
}
