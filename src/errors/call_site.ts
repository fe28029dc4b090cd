import type { Caller } from "../client/host.ts";
import type { RawFrame } from "./frames.ts";
import { read } from "./reads.ts";
import { readFrames } from "./stack.ts";

/**
 * Frames above the application's call, for engines that can't hide them: {@linkcode takeCallSite}, the verb that calls
 * it, and the function that the application called.
 */
const OWN_FRAMES = 3;

interface StackTaker {
  captureStackTrace?(holder: object, hidden?: Caller["entry"]): void;
}

/**
 * Takes the stack of the application's call, the crash site first; empty where the engine tells none. To be called by
 * the verb itself, which the entry function must not call in tail position, nor must the verb this: JavaScriptCore
 * drops the frame of a function that does, and what is not on the stack can be neither hidden nor counted.
 *
 * @param entry The function that the application called. Bun takes the innermost function of its name for it, so
 * neither the verb nor anything between may have that name; functions without a name are told apart.
 */
export function takeCallSite(entry: Caller["entry"]): readonly RawFrame[] {
  const { captureStackTrace } = Error as StackTaker;
  const stacks: unknown[] = [];
  try {
    // Both at one place in the source, so that they differ in what is hidden only.
    for (const hidden of [undefined, entry]) {
      const holder = captureStackTrace ? {} : new Error();
      captureStackTrace?.call(Error, holder, hidden);
      stacks.push(read(holder, "stack"));
    }
  } catch {
    // The application may have put something of its own there.
    return [];
  }
  const [shown, hidden] = stacks;
  const frames = readFrames(hidden, "");
  // JavaScriptCore outside of Bun ignores the function.
  return shown === hidden ? frames.slice(OWN_FRAMES) : frames;
}
