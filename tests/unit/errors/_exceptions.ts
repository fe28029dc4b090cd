import { buildException } from "../../../src/errors/build.ts";
import {
  type BuiltException,
  type ExceptionEntry,
  type ExceptionInput,
  MANUAL,
} from "../../../src/errors/types.ts";

/** What was built, with the list as what it is. */
export interface Captured extends BuiltException {
  readonly list: readonly [ExceptionEntry, ...ExceptionEntry[]];
}

/** Builds as a capture by hand does, unless told otherwise. */
export function capture(
  error: unknown,
  input: ExceptionInput = { boundary: MANUAL },
): Captured {
  const built = buildException(error, {
    ...(input.boundary && {
      callSite: { entryFunction: capture, depth: 1 },
    }),
    ...input,
  });
  // What leaves is JSON: what it does not hold is not there.
  const { $exception_list: list } = JSON.parse(
    JSON.stringify(built.properties),
  );
  return { ...built, list };
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
