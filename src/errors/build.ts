import type { Boundary, ExceptionLevel } from "../client/escaped.ts";
import { isNonBlank, isText } from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import { describeFrames } from "./describe_frames.ts";
import type { RawFrame } from "./frames.ts";
import {
  cutText,
  MAX_TYPE_BYTES,
  MAX_VALUE_BYTES,
  omitUndefined,
  shortenList,
} from "./limits.ts";
import { buildCaughtMechanism, buildNestedMechanism } from "./mechanism.ts";
import type { ExceptionTree, TreeNode } from "./tree.ts";
import type {
  ExceptionEntry,
  ExceptionMechanism,
  FrameOptions,
} from "./types.ts";

/** What a caller says about the exception, raw: JavaScript callers pass anything. */
export interface ExceptionOverrides {
  /** The grouping key; wins over the property `$exception_fingerprint`. */
  readonly fingerprint?: unknown;
  /** How bad it is. */
  readonly level?: unknown;
  /** Fields of the outermost exception's mechanism. */
  readonly mechanism?: unknown;
  /** What caught it. */
  readonly source?: unknown;
}

/** What {@linkcode buildException} needs to know beside the errors. */
export interface ExceptionInput {
  /** Where it was caught; without one nothing is claimed about it. */
  readonly boundary?: Boundary;
  /** What the caller says about it. */
  readonly overrides?: ExceptionOverrides;
  /** The frames of an error without a stack; absent: such an error stays without. */
  readonly callSite?: readonly RawFrame[] | undefined;
  /** How frames are described. */
  readonly frames?: FrameOptions;
  /** The ids that the build gave its files, by file. */
  readonly chunkIds?: ReadonlyMap<string, string> | undefined;
  /** The release's id, raw. */
  readonly releaseId?: unknown;
  /** Hears of what the caller should know; never a value. */
  readonly reporter?: Pick<Reporter, "debug" | "warn">;
}

/** A described exception. */
export interface BuiltException {
  /** `list[0].type`: what the rate limiter counts. */
  readonly type: string;
  /** The `$exception_*` properties that win over every other layer; JSON-safe and of nobody else. */
  readonly properties: JsonObject;
  /** Properties that lose against every other layer (`$release_id`). */
  readonly defaults: JsonObject;
}

/** `<technology>.<stable_hook>`. */
const SOURCE = /^[a-z0-9_]+(\.[a-z0-9_]+)+$/;

/** Any logger's words for the levels. */
const LEVEL_WORDS: Readonly<Record<ExceptionLevel, string>> = {
  fatal: "fatal critical alert emergency",
  error: "error",
  warning: "warning warn",
  log: "log",
  info: "info notice",
  debug: "debug trace",
};

/** Describes what was caught, and what it came of. */
export function buildException(
  [caught, ...nested]: ExceptionTree,
  input: ExceptionInput,
): BuiltException {
  const { boundary, overrides, callSite, frames = {}, chunkIds } = input;
  const buildEntry = (
    node: TreeNode,
    mechanism: ExceptionMechanism,
    raw: readonly RawFrame[] = [],
  ) =>
    omitUndefined<ExceptionEntry>({
      type: cutText(node.type, MAX_TYPE_BYTES),
      value: cutText(node.value, MAX_VALUE_BYTES),
      mechanism,
      stacktrace: raw.length > 0
        ? { type: "raw", frames: describeFrames(raw, frames, chunkIds) }
        : undefined,
    });
  const isSynthetic = !caught.isError || Boolean(callSite?.length);
  const list = shortenList([
    buildEntry(
      caught,
      buildCaughtMechanism(boundary, overrides?.mechanism, isSynthetic),
      caught.frames ?? callSite,
    ),
    ...nested.map((node, index) =>
      buildEntry(node, buildNestedMechanism(index + 1, node), node.frames)
    ),
  ]);
  const [{ type, value }] = list;
  return {
    type,
    properties: omitUndefined<JsonObject>({
      "$exception_list": list as unknown as JsonValue,
      "$exception_type": type,
      "$exception_message": value,
      "$exception_level": readOverride("level", parseLevel, input) ??
        boundary?.level,
      "$exception_source": readOverride("source", parseSource, input) ??
        boundary?.source,
      "$exception_fingerprint": readOverride(
        "fingerprint",
        parseFingerprint,
        input,
      ),
    }),
    defaults: isNonBlank(input.releaseId)
      ? { "$release_id": input.releaseId.toWellFormed() }
      : {},
  };
}

function readOverride<Value>(
  name: "fingerprint" | "level" | "source",
  parse: (text: string) => Value | undefined,
  { overrides, reporter }: ExceptionInput,
): Value | undefined {
  const given = overrides?.[name] ?? undefined;
  const value = isText(given) ? parse(given) : undefined;
  if (given !== undefined && value === undefined) {
    if (name === "fingerprint") {
      reporter?.warn(`Cannot use '${name}': expected a non-empty string`);
    } else reporter?.debug(`Cannot use '${name}' of an exception`);
  }
  return value;
}

function parseLevel(text: string): ExceptionLevel | undefined {
  return (Object.keys(LEVEL_WORDS) as ExceptionLevel[]).find((level) =>
    LEVEL_WORDS[level].split(" ").includes(text.toLowerCase())
  );
}

function parseSource(text: string): string | undefined {
  return SOURCE.test(text) ? text : undefined;
}

function parseFingerprint(text: string): string | undefined {
  return text.toWellFormed() || undefined;
}
