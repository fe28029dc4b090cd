import type { RawFrame } from "./frames.ts";
import { judgeFrames } from "./in_app.ts";
import { toFile } from "./location.ts";
import type { FrameOptions, StackFrame } from "./types.ts";

/** Describes frames for PostHog and turns them around: the entry point first, the crash site last. */
export function describeFrames(
  frames: readonly RawFrame[],
  options: FrameOptions,
  chunkIds?: ReadonlyMap<string, string>,
): readonly StackFrame[] {
  const inApp = judgeFrames(frames, options);
  const root = options.projectRoot && toRoot(options.projectRoot);
  return frames.map((frame, index): StackFrame => {
    const { name, filename, line, column } = frame;
    const relative = root && relativeTo(root, filename);
    const chunkId = chunkIds?.get(filename);
    return {
      platform: "node:javascript",
      filename: (relative || filename).toWellFormed(),
      function: name.toWellFormed(),
      ...(line !== undefined && { lineno: line }),
      ...(column !== undefined && { colno: column }),
      in_app: inApp[index] === true,
      ...(chunkId !== undefined && { chunk_id: chunkId }),
      ...(relative && { abs_path: filename.toWellFormed() }),
    };
  }).reverse();
}

/** With a slash at its end, so that `/app` is not the root of `/apple`. */
function toRoot(folder: string): string {
  return `${toSlashes(toFile(folder)).replace(/\/$/, "")}/`;
}

function relativeTo(root: string, filename: string): string | undefined {
  const path = toSlashes(filename);
  return path.startsWith(root) ? path.slice(root.length) : undefined;
}

function toSlashes(path: string): string {
  return path.replaceAll("\\", "/");
}
