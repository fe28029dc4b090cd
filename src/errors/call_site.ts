import type { RawFrame } from "./frames.ts";
import { read } from "./reads.ts";
import { readFrames } from "./stack.ts";
import type { CallSite, EntryFunction } from "./types.ts";

/** Frames of this file that an engine which can't hide frames shows: {@linkcode takeCallSite} and its caller. */
const OWN_FRAMES = 2;

interface StackTaker {
  captureStackTrace?(holder: object, entryFunction?: EntryFunction): void;
}

/** Takes the stack of the application's call, the crash site first; empty where the engine tells none. */
export function takeCallSite(
  { entryFunction, depth }: CallSite,
): readonly RawFrame[] {
  const { captureStackTrace } = Error as StackTaker;
  if (captureStackTrace === undefined) {
    return dropOwn(new Error().stack, depth);
  }
  const stacks: unknown[] = [];
  try {
    // Both at one place in the source, so that they differ in what is hidden only.
    for (const hidden of [undefined, entryFunction]) {
      const holder = {};
      captureStackTrace.call(Error, holder, hidden);
      stacks.push(read(holder, "stack"));
    }
  } catch {
    // The application may have put something of its own there.
    return [];
  }
  const [shown, hidden] = stacks;
  // JavaScriptCore outside of Bun ignores the function.
  return shown === hidden ? dropOwn(shown, depth) : readFrames(hidden, "");
}

function dropOwn(stack: unknown, depth: number): readonly RawFrame[] {
  return readFrames(stack, "").slice(OWN_FRAMES + depth);
}
