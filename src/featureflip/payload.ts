import { isObject, isRecord, isText } from "../core/guards.ts";
import { type Match, prepareOperator } from "./operators.ts";

/** A flag as it is evaluated. */
export interface Flag {
  readonly key: string;
  readonly version: number;
  readonly isEnabled: boolean;
  readonly variations: ReadonlyMap<string, unknown>;
  readonly prerequisites: readonly Prerequisite[];
  /** In the order in which they are asked. */
  readonly rules: readonly Rule[];
  readonly fallthrough: Serve;
  readonly offVariation: string;
  /** As it was sent, to see what an update changes. */
  readonly source: Source;
}

/** A flag that another needs to serve a certain variation. */
export interface Prerequisite {
  readonly flagKey: string;
  readonly variationKey: string;
}

/** What is served to whom. */
export interface Rule {
  readonly id: string;
  readonly priority: number;
  /** Empty where the groups decide. */
  readonly segmentKey: string;
  readonly groups: readonly Group[];
  readonly serve: Serve;
}

/** Conditions of which one, or each, must match. */
export interface Group {
  readonly isAny: boolean;
  readonly conditions: readonly Condition[];
}

/** One comparison. */
export interface Condition {
  readonly attribute: string;
  readonly isNegated: boolean;
  /** Absent for an operator that is unknown here. */
  readonly match: Match | undefined;
}

/** A variation, or shares of several. */
export interface Serve {
  readonly variation: string;
  /** Empty where the variation is fixed. */
  readonly shares: readonly Share[];
  readonly bucketBy: string;
  readonly salt: string;
}

/** A variation and its percent points. */
export interface Share {
  readonly key: string;
  readonly weight: number;
}

/** A group under a name. */
export interface Segment extends Group {
  readonly key: string;
  readonly source: Source;
}

/** A whole environment. */
export interface Snapshot {
  readonly flags: ReadonlyMap<string, Flag>;
  readonly segments: ReadonlyMap<string, Segment>;
}

/** A JSON object. */
export type Source = Readonly<Record<string, unknown>>;

/** Hears of a flag or segment that can't be used, in words. */
export type OnDropped = (message: string) => void;

/** Reads a snapshot. Throws where it is malformed. */
export function parseSnapshot(json: unknown, onDropped: OnDropped): Snapshot {
  const payload = readRecord(json, "the payload");
  const dropped: string[] = [];
  const note = (message: string) => void dropped.push(message);
  const flags = readList(payload["flags"] ?? 0, "flags");
  const segments = readList(payload["segments"] ?? 0, "segments");
  const snapshot = {
    flags: toMap(flags.map((flag) => parseFlag(flag, note))),
    segments: toMap(segments.map((segment) => parseSegment(segment, note))),
  };
  // Not before all is read: of a payload that is malformed nothing is told but that.
  dropped.forEach(onDropped);
  return snapshot;
}

/** The last one of a key counts. */
function toMap<Item extends { readonly key: string }>(
  items: readonly (Item | undefined)[],
): ReadonlyMap<string, Item> {
  return new Map(items.flatMap((item) => item ? [[item.key, item]] : []));
}

/** Reads a flag. Throws where it is malformed; undefined where it can't be evaluated, which is told. */
export function parseFlag(
  json: unknown,
  onDropped: OnDropped,
): Flag | undefined {
  const source = readRecord(json, "a flag");
  const unknown: string[] = [];
  readText(source["type"], "type");
  const rules = readList(source["rules"], "rules").map((rule) =>
    parseRule(readRecord(rule, "a rule"), unknown)
  );
  const flag: Flag = {
    key: toText(source["key"]),
    version: toNumber(source["version"]),
    isEnabled: source["enabled"] === true,
    variations: new Map(
      toRecords(source["variations"]).map((variation) => [
        toText(variation["key"]),
        freeze(variation["value"]),
      ]),
    ),
    prerequisites: toRecords(source["prerequisites"]).map((prerequisite) => ({
      flagKey: toText(prerequisite["prerequisiteFlagKey"]),
      variationKey: toText(prerequisite["expectedVariationKey"]),
    })),
    rules: rules.sort((a, b) => a.priority - b.priority),
    fallthrough: parseServe(source["fallthrough"], "fallthrough", unknown),
    offVariation: toText(source["offVariation"]),
    source,
  };
  return accept("flag", flag, unknown, onDropped);
}

function parseSegment(
  json: unknown,
  onDropped: OnDropped,
): Segment | undefined {
  const source = readRecord(json, "a segment");
  const unknown: string[] = [];
  const group = parseGroup(source, "conditionLogic", unknown);
  const segment = { key: toText(source["key"]), source, ...group };
  return accept("segment", segment, unknown, onDropped);
}

/** Drops what has no key, or says something that this build can't act on. */
function accept<Item extends { readonly key: string }>(
  kind: string,
  item: Item,
  unknown: readonly string[],
  onDropped: OnDropped,
): Item | undefined {
  const [reason] = item.key ? unknown : ["no key"];
  if (reason === undefined) return item;
  onDropped(`Cannot use ${kind} '${item.key}': ${reason}`);
  return undefined;
}

function parseRule(rule: Source, unknown: string[]): Rule {
  return {
    id: toText(rule["id"]),
    priority: toNumber(rule["priority"]),
    segmentKey: toText(rule["segmentKey"]),
    groups: readList(rule["conditionGroups"], "conditionGroups").map((group) =>
      parseGroup(readRecord(group, "a group"), "operator", unknown)
    ),
    serve: parseServe(rule["serve"], "serve", unknown),
  };
}

function parseGroup(group: Source, field: string, unknown: string[]): Group {
  const logic = readText(group[field], field) || "And";
  if (!/^(And|Or)$/.test(logic)) unknown.push(`unknown ${field} '${logic}'`);
  return {
    isAny: logic === "Or",
    conditions: readList(group["conditions"], "conditions").map((condition) =>
      parseCondition(readRecord(condition, "a condition"))
    ),
  };
}

function parseCondition(condition: Source): Condition {
  return {
    attribute: toText(condition["attribute"]),
    isNegated: condition["negate"] === true,
    match: prepareOperator(
      readText(condition["operator"], "operator"),
      toList(condition["values"]).map(String),
    ),
  };
}

function parseServe(json: unknown, name: string, unknown: string[]): Serve {
  const serve = readRecord(json, name);
  const type = readText(serve["type"], `${name}.type`);
  if (!/^(Fixed|Rollout)$/.test(type)) {
    unknown.push(`unknown ${name}.type '${type}'`);
  }
  return {
    variation: toText(serve["variation"]),
    shares: type === "Fixed" ? [] : toRecords(serve["variations"]).map((
      share,
    ) => ({ key: toText(share["key"]), weight: toNumber(share["weight"]) })),
    bucketBy: toText(serve["bucketBy"]) || "userId",
    salt: toText(serve["salt"]),
  };
}

function readRecord(value: unknown, name: string): Source {
  return isRecord(value) ? value : refuse(name);
}

/** A list, or nothing, which is an empty one. */
function readList(value: unknown, name: string): readonly unknown[] {
  return Array.isArray(value ?? []) ? toList(value) : refuse(name);
}

function readText(value: unknown, name: string): string {
  return isText(value) ? value : refuse(name);
}

function refuse(name: string): never {
  throw new TypeError(`${name} has a wrong type`);
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function toRecords(value: unknown): readonly Source[] {
  return toList(value).filter(isRecord);
}

function toText(value: unknown): string {
  return isText(value) ? value : "";
}

function toNumber(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** What is handed out again and again must not be changed by those who get it. */
function freeze(value: unknown): unknown {
  if (isObject(value)) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}
