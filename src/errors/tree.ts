import { attempt, isObject } from "../core/guards.ts";
import { describeException, type Description } from "./describe_exception.ts";
import { read } from "./reads.ts";
import { unwrap } from "./unwrap.ts";

/** How a nested exception hangs on another. */
interface Link {
  /** The place of the parent in the list. */
  readonly parentId: number;
  /** What it is to the parent. */
  readonly source: "cause" | "inner" | "suppressed" | "member";
}

/** One exception of the tree, in the order of the list; the caught one hangs on nothing. */
export interface TreeNode extends Description, Partial<Link> {}

/** What was caught, and what it came of. */
export type ExceptionTree = readonly [TreeNode, ...TreeNode[]];

/** Exceptions of one event. */
const MAX_NODES = 50;

/** Members of one aggregate that are looked at. */
const MAX_MEMBERS = 1000;

/**
 * Lists what was caught and what it came of: depth first, parents before children. No object appears twice, so circles
 * end; and nothing recurses, so a chain of any length does no harm.
 */
export function listTree(error: unknown): ExceptionTree {
  const caught = unwrap(error);
  const seen = new Set<unknown>([error, caught.value]);
  const nodes: [TreeNode, ...TreeNode[]] = [describeException(caught)];
  const pending = listChildren(caught.value, 0);
  while (nodes.length < MAX_NODES) {
    const next = pending.pop();
    if (next === undefined) break;
    const { value, ...link } = next;
    if (!isNew(value, seen)) continue;
    const nested = unwrap(value);
    if (nested.value !== value && !isNew(nested.value, seen)) continue;
    pending.push(...listChildren(nested.value, nodes.length));
    nodes.push({ ...describeException(nested), ...link });
  }
  return nodes;
}

/** Primitives are equal without being the same, so they are never known. */
function isNew(value: unknown, seen: Set<unknown>): boolean {
  const { size } = seen;
  return !isObject(value) && typeof value !== "function" ||
    seen.add(value).size > size;
}

interface Child extends Link {
  readonly value: unknown;
}

/** The children of an exception, the last one first: they are taken from the end. */
function listChildren(parent: unknown, parentId: number): Child[] {
  if (!isObject(parent)) return [];
  const children: Child[] = [];
  const add = (source: Link["source"], value: unknown) => {
    if (value !== undefined && value !== null) {
      children.push({ value, source, parentId });
    }
  };
  add("cause", read(parent, "cause"));
  // Node 20 has no such class, which counts as no.
  if (isNamed(parent, "SuppressedError", () => SuppressedError)) {
    add("inner", read(parent, "error"));
    add("suppressed", read(parent, "suppressed"));
  }
  if (isNamed(parent, "AggregateError", () => AggregateError)) {
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
  findClass: () => abstract new (...args: never[]) => unknown,
): boolean {
  return read(value, "name") === name ||
    attempt(() => value instanceof findClass()) === true;
}

function listMembers(errors: unknown): readonly unknown[] {
  // A revoked proxy refuses even this question.
  if (!attempt(() => Array.isArray(errors))) return [];
  const length = Math.min(Number(read(errors, "length")) || 0, MAX_MEMBERS);
  return Array.from({ length }, (_, index) => read(errors, index));
}
