import { isNonBlank, isRecord } from "../core/guards.ts";
import { type JsonObject, toJson } from "../core/json.ts";
import { cutText, MAX_TYPE_BYTES } from "./limits.ts";
import type { TreeNode } from "./tree.ts";
import type { Boundary, ExceptionMechanism } from "./types.ts";

/** What is known of the caught exception's mechanism. */
export interface CaughtFacts {
  /** Where it was caught. */
  readonly boundary: Boundary | undefined;
  /** What the caller says, raw. */
  readonly override: unknown;
  /** Whether the SDK made something up. */
  readonly isSynthetic: boolean;
}

/** Builds the mechanism of the caught exception: field by field the caller's word, or the boundary's, or none. */
export function buildCaughtMechanism(
  { boundary, override, isSynthetic }: CaughtFacts,
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
  const ownType = toName(type) ?? known?.type;
  const ownSource = toName(source);
  const isHandled = typeof handled === "boolean" ? handled : known?.handled;
  const wasMadeUp = typeof synthetic === "boolean"
    ? synthetic
    : boundary && isSynthetic;
  return {
    ...others,
    ...(ownType !== undefined && { type: ownType }),
    ...(ownSource !== undefined && { source: ownSource }),
    ...(isHandled !== undefined && { handled: isHandled }),
    ...(wasMadeUp !== undefined && { synthetic: wasMadeUp }),
    exception_id: 0,
  };
}

/** Builds the mechanism of a nested exception, which inherits nothing. */
export function buildNestedMechanism(
  id: number,
  { link, isError }: TreeNode,
): ExceptionMechanism {
  return {
    type: "chained",
    ...(link && { source: link.source }),
    synthetic: !isError,
    exception_id: id,
    ...(link && { parent_id: link.parentId }),
  };
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
