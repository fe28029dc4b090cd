import { isText } from "../core/guards.ts";
import { parseAtSignFrame, parseV8Frame, type RawFrame } from "./frames.ts";

/** Lines of a stack that are looked at. */
const MAX_LINES = 1000;

/** Longer lines are no frames but data URLs and the like. In UTF-16 units. */
const MAX_LINE_LENGTH = 1024;

/** Frames of one stack that are kept: those nearest the crash. */
const MAX_FRAMES = 50;

/**
 * Reads the frames of a stack of any engine in its order, the crash site first; none of what is no stack. Takes time
 * linear in its length.
 */
export function readFrames(
  stack: unknown,
  message: string,
): readonly RawFrame[] {
  if (!isText(stack)) return [];
  const lines = stack.slice(findHeaderEnd(stack, message))
    .split("\n", MAX_LINES)
    .filter((line) => line.length <= MAX_LINE_LENGTH)
    .map((line) => line.trim());
  const ofV8 = lines.filter(isV8Line);
  const frames = ofV8.length > 0
    ? ofV8.slice(0, MAX_FRAMES).map((line) => parseV8Frame(line.slice(3)))
    : lines.map(parseAtSignFrame).filter((frame) => frame !== undefined);
  return frames.slice(0, MAX_FRAMES);
}

/** V8 puts `Name: message` before the frames, and the message may have lines that look like some. */
function findHeaderEnd(stack: string, message: string): number {
  if (message === "") return 0;
  const [first = ""] = message.split("\n", 1);
  let start = 0;
  for (const line of stack.split("\n", MAX_LINES)) {
    const at = start + line.length - first.length;
    const after = at + message.length;
    // Only behind a name, or frames of other engines that end like the message would go.
    const isBehindName = at === start || stack.startsWith(": ", at - 2);
    if (
      at >= start && isBehindName && stack.startsWith(message, at) &&
      (after === stack.length || stack[after] === "\n")
    ) return after;
    if (isV8Line(line.trim())) break;
    start += line.length + 1;
  }
  return 0;
}

function isV8Line(line: string): boolean {
  return line.startsWith("at ");
}
