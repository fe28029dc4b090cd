import { isObject } from "../core/guards.ts";
import { describeException, type Description } from "./describe_exception.ts";
import { isInstanceOf, read } from "./reads.ts";
import { unwrap } from "./unwrap.ts";

/** What a nested exception is to its parent. */
export type Relation = "cause" | "inner" | "suppressed" | "member";

/** One exception of the tree, in the order of the list. */
export interface TreeNode extends Description {
  /** Absent on the caught exception. */
  readonly link?: Link | undefined;
}

/** How a nested exception hangs on another. */
export interface Link {
  /** The place of the parent in the list. */
  readonly parentId: number;
  /** What it is to the parent. */
  readonly source: Relation;
}

/** Exceptions of one event. */
const MAX_NODES = 50;

/** Members of one aggregate that are looked at. */
const MAX_MEMBERS = 1000;

/**
 * Lists what was caught and what it came of: depth first, parents before children. No object appears twice, so circles
 * end; and nothing recurses, so a chain of any length does no harm.
 */
export function listTree(
  error: unknown,
): readonly [TreeNode, ...TreeNode[]] {
  const caught = unwrap(error);
  const seen = new Set<unknown>([error, caught.value]);
  const nodes: [TreeNode, ...TreeNode[]] = [describeException(caught)];
  const pending = listChildren(caught.value, 0);
  while (nodes.length < MAX_NODES) {
    const next = pending.pop();
    if (next === undefined) break;
    if (!isNew(next.value, seen)) continue;
    const nested = unwrap(next.value);
    if (nested.value !== next.value && !isNew(nested.value, seen)) continue;
    pending.push(...listChildren(nested.value, nodes.length));
    nodes.push({ ...describeException(nested), link: next.link });
  }
  return nodes;
}

/** Primitives are equal without being the same, so they are never known. */
function isNew(value: unknown, seen: Set<unknown>): boolean {
  if (!isObject(value) && typeof value !== "function") return true;
  return !seen.has(value) && Boolean(seen.add(value));
}

interface Child {
  readonly value: unknown;
  readonly link: Link;
}

/** The children of an exception, the last one first: they are taken from the end. */
function listChildren(parent: unknown, parentId: number): Child[] {
  if (!isObject(parent)) return [];
  const children: Child[] = [];
  const add = (source: Relation, value: unknown) => {
    if (value !== undefined && value !== null) {
      children.push({ value, link: { parentId, source } });
    }
  };
  add("cause", read(parent, "cause"));
  if (isNamed(parent, "SuppressedError", findSuppressedError())) {
    add("inner", read(parent, "error"));
    add("suppressed", read(parent, "suppressed"));
  }
  if (isNamed(parent, "AggregateError", AggregateError)) {
    for (const member of listMembers(read(parent, "errors"))) {
      add("member", member);
    }
  }
  return children.reverse();
}

/** By name too: errors come from other realms, and compilers bring classes of their own for what a runtime lacks. */
function isNamed(
  value: object,
  name: string,
  constructor: Parameters<typeof isInstanceOf>[1],
): boolean {
  return read(value, "name") === name || isInstanceOf(value, constructor);
}

/** Node 20 has none. */
function findSuppressedError(): typeof SuppressedError | undefined {
  return typeof SuppressedError === "undefined" ? undefined : SuppressedError;
}

function listMembers(errors: unknown): readonly unknown[] {
  try {
    if (!Array.isArray(errors)) return [];
  } catch {
    // A revoked proxy refuses even this question.
    return [];
  }
  const length = Math.min(Number(read(errors, "length")) || 0, MAX_MEMBERS);
  return Array.from({ length }, (_, index) => read(errors, index));
}
