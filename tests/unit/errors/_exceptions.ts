import {
  buildException,
  type BuiltException,
  type ExceptionInput,
} from "../../../src/errors/build.ts";
import { takeCallSite } from "../../../src/errors/call_site.ts";
import { listTree } from "../../../src/errors/tree.ts";
import { type ExceptionEntry, MANUAL } from "../../../src/errors/types.ts";

/** What was built, with the list as what it is, and what was told. */
export interface Captured extends BuiltException {
  readonly list: readonly [ExceptionEntry, ...ExceptionEntry[]];
  readonly notes: readonly { level: "debug" | "warn"; text: string }[];
}

/** Builds as a capture by hand does, unless told otherwise. */
export function capture(
  error: unknown,
  input: ExceptionInput = { boundary: MANUAL },
): Captured {
  const nodes = listTree(error);
  const callSite = input.boundary && !nodes[0].frames
    ? takeCallSite(capture)
    : undefined;
  const notes: { level: "debug" | "warn"; text: string }[] = [];
  const built = buildException(nodes, {
    callSite,
    reporter: {
      debug: (text) => notes.push({ level: "debug", text: String(text) }),
      warn: (text) => notes.push({ level: "warn", text }),
    },
    ...input,
  });
  // What leaves is JSON: what it does not hold is not there.
  const { $exception_list: list } = JSON.parse(
    JSON.stringify(built.properties),
  );
  return { ...built, list, notes };
}

/** The caught exception of a capture by hand. */
export function caught(error: unknown): ExceptionEntry {
  return capture(error).list[0];
}

/** The error with another stack. */
export function withStack(error: Error, stack: unknown): Error {
  return Object.defineProperty(error, "stack", { value: stack });
}

/** An object whose every trap throws. */
export function hostile(): object {
  const handler = new Proxy({}, {
    get() {
      return () => {
        throw new Error("no");
      };
    },
  });
  return new Proxy({}, handler);
}

/** The mechanisms of a list. */
export function mechanisms(
  error: unknown,
  input?: ExceptionInput,
): readonly unknown[] {
  return capture(error, input).list.map(({ mechanism }) => mechanism);
}
