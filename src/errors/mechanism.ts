import type { Boundary } from "../client/escaped.ts";
import { isNonBlank, isRecord } from "../core/guards.ts";
import { type JsonObject, toJson } from "../core/json.ts";
import { cutText, MAX_TYPE_BYTES, omitUndefined } from "./limits.ts";
import type { TreeNode } from "./tree.ts";
import type { ExceptionMechanism } from "./types.ts";

/** Builds the mechanism of the caught exception: field by field the caller's word, or the boundary's, or none. */
export function buildCaughtMechanism(
  boundary: Boundary | undefined,
  override: unknown,
  isSynthetic: boolean,
): ExceptionMechanism {
  const {
    type,
    source,
    handled,
    synthetic,
    "parent_id": _parent,
    ...others
  } = copyMechanism(override);
  const known = boundary?.mechanism;
  return omitUndefined<ExceptionMechanism>({
    ...others,
    type: toName(type) ?? known?.type,
    source: toName(source),
    handled: typeof handled === "boolean" ? handled : known?.handled,
    synthetic: typeof synthetic === "boolean"
      ? synthetic
      : boundary && isSynthetic,
    exception_id: 0,
  });
}

/** Builds the mechanism of a nested exception, which inherits nothing. */
export function buildNestedMechanism(
  id: number,
  { source, parentId, isError }: TreeNode,
): ExceptionMechanism {
  return omitUndefined<ExceptionMechanism>({
    type: "chained",
    source,
    synthetic: !isError,
    exception_id: id,
    parent_id: parentId,
  });
}

/** Copied at its place in the list, since PostHog voids an event with more levels than a copy may have there. */
function copyMechanism(override: unknown): JsonObject {
  if (!isRecord(override)) return {};
  const [entry] = toJson([{ mechanism: override }]) as [JsonObject];
  const { mechanism } = entry;
  return isRecord(mechanism) ? mechanism as JsonObject : {};
}

function toName(value: unknown): string | undefined {
  return isNonBlank(value) ? cutText(value, MAX_TYPE_BYTES) : undefined;
}
