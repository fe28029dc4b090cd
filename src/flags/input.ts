import { getOwn, isFiniteNumber, isRecord, isText } from "../core/guards.ts";
import { type PropertyMap, toPropertyMap } from "./wire.ts";

/** Whom flags are evaluated for: one call's inputs, in wire form. */
export interface EvaluationInput {
  /** The distinct id, as the caller gave it. */
  readonly distinctId: string;
  /** The device id, where one is known. */
  readonly deviceId: string | undefined;
  /** Person properties. */
  readonly personProperties: PropertyMap;
  /** Group type to group key, as the caller gave it: only non-empty texts and finite numbers. */
  readonly groups: ReadonlyMap<string, string | number>;
  /** The group types of which the key is of another type: flags about them are PostHog's to decide. */
  readonly oddGroups: ReadonlySet<string>;
  /** The properties of each of the others, `$group_key` included. */
  readonly groupProperties: ReadonlyMap<string, PropertyMap>;
  /** The application's evaluation contexts; empty: flags are not filtered. */
  readonly evaluationContexts: readonly string[];
  /** The moment of the evaluation, in ms since the epoch: the same for all passes. Set once definitions are at hand. */
  now: number;
}

/** What a caller, or a `/flags` request, says of whom it asks for; everything raw. */
export interface RawProperties {
  /** The device id. Default: the person property `$device_id`. */
  readonly deviceId?: unknown;
  /** Person properties. */
  readonly personProperties?: unknown;
  /** Group type to group key. */
  readonly groups?: unknown;
  /** Group type to group properties. */
  readonly groupProperties?: unknown;
}

/** The same with the rest of an input, which is checked. */
export interface RawEvaluationInput extends RawProperties {
  /** The distinct id. */
  readonly distinctId: string;
  /** The application's evaluation contexts. */
  readonly evaluationContexts?: readonly string[] | undefined;
  /** The moment of the evaluation, in ms since the epoch. */
  readonly now: number;
}

/** Properties that lie under those of a call. */
export interface HeldProperties {
  /** Person properties. */
  readonly person: PropertyMap;
  /** Group type to group properties. */
  readonly groups: ReadonlyMap<string, PropertyMap>;
}

/** Builds an {@linkcode EvaluationInput}: wire forms, `$group_key` filled in. The later of `held` wins. Total. */
export function buildEvaluationInput(
  input: RawEvaluationInput,
  raw: RawProperties = input,
  held: readonly (HeldProperties | undefined)[] = [],
): EvaluationInput {
  const { distinctId, evaluationContexts = [], now } = input;
  const { deviceId, groupProperties: given } = raw;
  const personProperties = toPropertyMap(
    raw.personProperties,
    new Map(held.flatMap((layer) => [...layer?.person ?? []])),
  );
  const groups = new Map<string, string | number>();
  const oddGroups = new Set<string>();
  const groupProperties = new Map<string, PropertyMap>();
  const keys = toPropertyMap(raw.groups, new Map(), toKey);
  for (const [type, key] of keys) {
    // Properties of a type without a usable key are ignored.
    if (!isId(key) && !isFiniteNumber(key)) {
      // An empty text is no key, and JSON has null for NaN.
      if (key !== null && !isText(key)) oddGroups.add(type);
      continue;
    }
    const properties = toPropertyMap(
      isRecord(given) && getOwn(given, type),
      new Map(held.flatMap((layer) => [...layer?.groups.get(type) ?? []])),
    );
    if (!properties.has("$group_key")) properties.set("$group_key", key);
    groups.set(type, key);
    groupProperties.set(type, properties);
  }
  return {
    distinctId,
    deviceId: [toKey(deviceId), personProperties.get("$device_id")].find(isId),
    personProperties,
    groups,
    oddGroups,
    groupProperties,
    evaluationContexts,
    now,
  };
}

/** Parity with capture: a bigint is its digits. */
function toKey(given: unknown): unknown {
  return typeof given === "bigint" ? String(given) : given;
}

function isId(given: unknown): given is string {
  return isText(given) && given !== "";
}
