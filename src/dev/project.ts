import { describeType, getOwn, isNonBlank, isRecord } from "../core/guards.ts";
import { type JsonObject, type JsonValue, toJson } from "../core/json.ts";
import { readFlagDefinitions } from "../local_evaluation/evaluation/definitions.ts";
import type { FlagDefinitions } from "../local_evaluation/evaluation/rules.ts";
import { createTimeZone } from "../local_evaluation/evaluation/time_zone.ts";
import { regexOperators } from "../local_evaluation/regex/regex.ts";
import { syncHasher } from "../sync_hash.ts";
import type { EmulatorFlagDefinitions, EmulatorQuota } from "./types.ts";

/** A row of a flag that nothing evaluates. */
interface ResultRow extends JsonObject {
  readonly key: string;
  readonly value: JsonValue;
}

/** What `/flags/?v=4` says of one flag. */
export interface FlagResult extends ResultRow {
  readonly metadata: JsonObject;
}

/** The project's flags in the forms that the endpoints need. */
export interface ProjectFlags {
  /** The document, as it was given. */
  readonly document: EmulatorFlagDefinitions;
  /** The document, as served. */
  readonly text: string;
  /** The flag rows of `text`. */
  readonly rows: readonly JsonObject[];
  /** The flags as a server evaluates them. */
  readonly definitions: FlagDefinitions;
  /** What is answered of flags that nothing evaluates. */
  readonly results: readonly FlagResult[];
  /** Flag key to the payloads by value, as they were given. */
  readonly payloads: ReadonlyMap<string, JsonObject>;
  /** Flag key to the runtimes that the flag is for. */
  readonly runtimes: ReadonlyMap<string, string>;
  /** The weak ETag of `text`. */
  readonly etag: () => Promise<string>;
}

/** Who may ask, for what, and which flags there are. */
export interface Project {
  /** The current flags. */
  readonly flags: ProjectFlags;
  /** What the team ran out of. */
  readonly quotas: ReadonlySet<EmulatorQuota>;
  /** Whether this is a key of the project. */
  acceptsToken(token: unknown): boolean;
  /** Whether this `Authorization` header may read definitions. */
  acceptsAuthorization(header: string | undefined): boolean;
  /** Replaces the flags. */
  setFlags(document: unknown): void;
  /** Replaces the quotas. */
  setQuotas(quotas: readonly EmulatorQuota[]): void;
}

/** What a {@linkcode Project} is made of. */
export interface ProjectOptions {
  /** The only project key accepted, if there is just one. */
  readonly projectToken: string | undefined;
  /** The only secret accepted, if there is just one. */
  readonly secretKey: string | undefined;
}

const NO_FLAGS = { flags: [] };

/** Creates a {@linkcode Project} without flags. */
export function createProject(
  { projectToken, secretKey }: ProjectOptions,
): Project {
  let flags = buildProjectFlags(NO_FLAGS);
  let quotas: ReadonlySet<EmulatorQuota> = new Set();
  return {
    get flags() {
      return flags;
    },
    get quotas() {
      return quotas;
    },
    acceptsToken(token) {
      if (projectToken !== undefined) return token === projectToken;
      return isNonBlank(token) && !/^ph[xs]_/.test(token);
    },
    acceptsAuthorization(header) {
      const key = /^Bearer\s+(\S+)$/i.exec(header ?? "")?.[1];
      return key !== undefined &&
        (secretKey === undefined || key === secretKey);
    },
    setFlags(document) {
      flags = buildProjectFlags(document);
    },
    setQuotas(next) {
      quotas = new Set(next);
    },
  };
}

/**
 * Builds the {@linkcode ProjectFlags} of a definitions document.
 *
 * @throws {TypeError} It is no object with an array `flags`.
 */
export function buildProjectFlags(document: unknown): ProjectFlags {
  const json = toJson(document);
  const definitions = readFlagDefinitions(
    toServerView(json),
    createTimeZone("UTC"),
    regexOperators(),
  );
  if (!isRecord(json) || !definitions) {
    throw new TypeError(
      `Cannot set flags: expected an object with an array 'flags', got ${
        describeType(json)
      }`,
    );
  }
  const { flags, ...rest } = json as JsonObject;
  const rows = readRows(flags);
  const text = JSON.stringify({
    "group_type_mapping": {},
    cohorts: {},
    ...rest,
    flags: readList(flags).flatMap(toServedRow),
  });
  return {
    document: json as unknown as EmulatorFlagDefinitions,
    text,
    rows,
    definitions,
    results: rows.flatMap((row) => isResult(row) ? buildResult(row) : []),
    payloads: readPayloads(rows),
    runtimes: readRuntimes(rows),
    // Nothing that ends on another thread: a client that refreshes behind a request would leave it to whoever tests.
    async etag() {
      const [digest] = await syncHasher.digest([text]);
      return `W/"${toHex(digest ?? new Uint8Array()).slice(0, 16)}"`;
    },
  };
}

/** Whether nothing evaluates the flag: the row says what is answered. */
function isResult(row: unknown): row is ResultRow {
  return isRecord(row) && Object.hasOwn(row, "value") &&
    typeof row["key"] === "string";
}

function buildResult(
  { key, value, failed, reason, id, version, metadata }: ResultRow,
): FlagResult {
  return {
    key,
    value,
    ...(failed === true && { failed }),
    reason: {
      code: "targeting_match",
      "condition_index": null,
      ...isRecord(reason) && reason as JsonObject,
    },
    metadata: {
      id: id ?? 0,
      version: version ?? 0,
      "config_version": 2,
      description: null,
      payload: null,
      ...isRecord(metadata) && metadata as JsonObject,
    },
  };
}

/** What definitions have of a row: nothing of what is answered, and none where that is all of it. */
function toServedRow(row: JsonValue): JsonValue[] {
  if (!isResult(row)) return [row];
  const { value: _value, failed: _failed, ...kept } = row;
  const { reason: _reason, metadata: _metadata, ...served } = kept;
  return Object.hasOwn(served, "filters") ? [served] : [];
}

/** What keeps an SDK from deciding a flag does not keep the server: it knows its callers and remembers people. */
function toServerView(json: JsonValue | undefined): unknown {
  const rows = isRecord(json) ? getOwn(json, "flags") : undefined;
  if (!isRecord(json) || !Array.isArray(rows)) return undefined;
  const flags = rows.filter((row) => !isResult(row)).map((row: unknown) =>
    isRecord(row)
      ? {
        ...row,
        "evaluation_runtime": "all",
        "ensure_experience_continuity": false,
      }
      : row
  );
  return { ...json, flags };
}

function readRows(json: JsonValue | undefined): readonly JsonObject[] {
  return readList(json).filter(isRecord) as JsonObject[];
}

function readList(json: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(json) ? json : [];
}

function readPayloads(
  rows: readonly JsonObject[],
): ReadonlyMap<string, JsonObject> {
  const payloads = new Map<string, JsonObject>();
  for (const row of rows) {
    const key = getOwn(row, "key");
    const filters = getOwn(row, "filters");
    const own = isRecord(filters) ? getOwn(filters, "payloads") : undefined;
    if (typeof key === "string") {
      payloads.set(key, isRecord(own) ? own as JsonObject : {});
    }
  }
  return payloads;
}

function readRuntimes(
  rows: readonly JsonObject[],
): ReadonlyMap<string, string> {
  const runtimes = new Map<string, string>();
  for (const row of rows) {
    const key = getOwn(row, "key");
    const runtime = getOwn(row, "evaluation_runtime");
    if (typeof key === "string" && typeof runtime === "string") {
      runtimes.set(key, runtime.toLowerCase());
    }
  }
  return runtimes;
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
