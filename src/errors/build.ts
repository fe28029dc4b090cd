import { isNonBlank } from "../core/guards.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { takeCallSite } from "./call_site.ts";
import { describeFrames } from "./describe_frames.ts";
import type { RawFrame } from "./frames.ts";
import { parseLevel } from "./levels.ts";
import {
  cutText,
  MAX_TYPE_BYTES,
  MAX_VALUE_BYTES,
  shortenList,
} from "./limits.ts";
import { buildCaughtMechanism, buildNestedMechanism } from "./mechanism.ts";
import { listTree, type TreeNode } from "./tree.ts";
import type {
  BuiltException,
  ExceptionEntry,
  ExceptionInput,
  ExceptionMechanism,
  ExceptionNote,
} from "./types.ts";

/** `<technology>.<stable_hook>`. */
const SOURCE = /^[a-z0-9_]+(\.[a-z0-9_]+)+$/;

/** Describes anything that was thrown. Reads it now, changes nothing about it, and never throws. */
export function buildException(
  error: unknown,
  input: ExceptionInput = {},
): BuiltException {
  const nodes = listTree(error);
  const [caught] = nodes;
  // Taken here and not deeper, since the frames in between are counted.
  const callSite = input.callSite && !caught.hasOwnPlace
    ? takeCallSite(input.callSite)
    : [];
  const { boundary, overrides, build } = input;
  const notes: ExceptionNote[] = [];
  const list = buildList(nodes, callSite, input);
  const level = readOverride("level", parseLevel, input, notes) ??
    boundary?.level;
  const source = readOverride("source", parseSource, input, notes) ??
    boundary?.source;
  const fingerprint = readFingerprint(overrides?.fingerprint, notes);
  const [{ type, value }] = list;
  const properties: JsonObject = {
    "$exception_list": list as unknown as JsonValue,
    "$exception_type": type,
    "$exception_message": value,
    ...(level !== undefined && { "$exception_level": level }),
    ...(source !== undefined && { "$exception_source": source }),
    ...(fingerprint !== undefined && { "$exception_fingerprint": fingerprint }),
  };
  const releaseId = build?.releaseId;
  const defaults: JsonObject = isNonBlank(releaseId)
    ? { "$release_id": releaseId.toWellFormed() }
    : {};
  return { type, properties, defaults, notes };
}

type List = readonly [ExceptionEntry, ...ExceptionEntry[]];

function buildList(
  [caught, ...nested]: readonly [TreeNode, ...TreeNode[]],
  callSite: readonly RawFrame[],
  { boundary, overrides, frames, build, chunks }: ExceptionInput,
): List {
  const chunkIds = chunks?.read(build?.chunkIds);
  const buildEntry = (
    { type, value }: TreeNode,
    raw: readonly RawFrame[],
    mechanism: ExceptionMechanism,
  ): ExceptionEntry => ({
    type: cutText(type, MAX_TYPE_BYTES),
    value: cutText(value, MAX_VALUE_BYTES),
    mechanism,
    ...(raw.length > 0 && {
      stacktrace: {
        type: "raw",
        frames: describeFrames(raw, frames ?? {}, chunkIds),
      },
    }),
  });
  const mechanism = buildCaughtMechanism({
    boundary,
    override: overrides?.mechanism,
    isSynthetic: !caught.isError || callSite.length > 0,
  });
  const ownFrames = caught.hasOwnPlace ? caught.frames : callSite;
  return shortenList([
    buildEntry(caught, ownFrames, mechanism),
    ...nested.map((node, index) =>
      buildEntry(node, node.frames, buildNestedMechanism(index + 1, node))
    ),
  ]);
}

function readOverride<Value>(
  name: "level" | "source",
  parse: (value: unknown) => Value | undefined,
  { overrides }: ExceptionInput,
  notes: ExceptionNote[],
): Value | undefined {
  const given = overrides?.[name];
  const value = parse(given);
  if (value === undefined && given !== undefined && given !== null) {
    notes.push({
      level: "debug",
      text: `Cannot use '${name}' of an exception`,
    });
  }
  return value;
}

function parseSource(value: unknown): string | undefined {
  return typeof value === "string" && SOURCE.test(value) ? value : undefined;
}

function readFingerprint(
  value: unknown,
  notes: ExceptionNote[],
): string | undefined {
  if (typeof value === "string" && value !== "") return value.toWellFormed();
  if (value !== undefined && value !== null) {
    notes.push({
      level: "warn",
      text: "Cannot use 'fingerprint': expected a non-empty string",
    });
  }
  return undefined;
}
