import { describeFrames } from "../../../src/errors/describe_frames.ts";
import { readFrames } from "../../../src/errors/stack.ts";
import type { FrameOptions, StackFrame } from "../../../src/errors/types.ts";

/** Reads a stack as exceptions carry it: the entry point first, the crash site last. */
export function parseStack(
  stack: unknown,
  message: string,
  options: FrameOptions,
): readonly StackFrame[] {
  return describeFrames(readFrames(stack, message), options);
}
