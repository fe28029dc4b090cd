import { isText } from "../core/guards.ts";
import type { RawFrame } from "./frames.ts";
import { omitUndefined } from "./limits.ts";
import { NATIVE, PROMISE, toFile } from "./location.ts";
import type { FrameOptions, StackFrame } from "./types.ts";

/**
 * Evaluated text, and files that are a part of the runtime by their scheme (`node:`, `ext:`): any but those that the
 * application's own code can have. WebAssembly's name changes with every build: as the application's it would open an
 * issue at each deployment.
 */
const FOREIGN =
  /^<anonymous>|^(?!(?:https?|webpack|webpack-internal|turbopack|vite|rsc|app|blob|about):)[a-z][a-z\d+.-]+:/i;

/** A dependency's folder: `node_modules`, the package cache of Deno, that of Bun. */
const DEPENDENCY =
  /(?:^|\/)node_modules\/|\/npm\/[^/.]+\.[^/]+\/(?:@[^/]+\/)?[^/]+\/\d+\.\d+\.\d+[^/]*\/|\/install\/cache\/(?:@[^/]+\/)?[^/@]+@\d/;

const REMOTE = /^https?:/i;
const LOCAL = /^(?:[a-z]:)?[\\/]/i;

/** Describes frames for PostHog and turns them around: the entry point first, the crash site last. */
export function describeFrames(
  frames: readonly RawFrame[],
  options: FrameOptions,
  chunkIds?: ReadonlyMap<string, string>,
): readonly StackFrame[] {
  const { projectRoot, inAppInclude } = options;
  const own = frames.filter((frame) => isOwn(frame, options));
  // Deno runs remote modules: beside local files they are dependencies, alone they are the application.
  const isLocal = own.some(({ filename }) => LOCAL.test(filename));
  // With a slash at its end, so that `/app` is not the root of `/apple`.
  const root = projectRoot &&
    `${toSlashes(toFile(projectRoot)).replace(/\/$/, "")}/`;
  return frames.map((frame) => {
    const { name, filename, line, column } = frame;
    const path = toSlashes(filename);
    const relative = root && path.startsWith(root)
      ? path.slice(root.length)
      : "";
    return omitUndefined<StackFrame>({
      platform: "node:javascript",
      filename: (relative || filename).toWellFormed(),
      function: name.toWellFormed(),
      lineno: line,
      colno: column,
      in_app: own.includes(frame) &&
        (!isLocal || !REMOTE.test(filename) || matches(filename, inAppInclude)),
      chunk_id: chunkIds?.get(filename),
      abs_path: relative ? filename.toWellFormed() : undefined,
    });
  }).reverse();
}

/** Whether it is the application's. What the application says comes first; engine built-ins are never. */
function isOwn(
  { filename, wasmFunction }: RawFrame,
  { inAppInclude, inAppExclude }: FrameOptions,
): boolean {
  return filename !== NATIVE && filename !== PROMISE &&
    (matches(filename, inAppInclude) ||
      !matches(filename, inAppExclude) && wasmFunction === undefined &&
        !FOREIGN.test(filename) && !DEPENDENCY.test(toSlashes(filename)));
}

function matches(
  filename: string,
  patterns: readonly (string | RegExp)[] = [],
): boolean {
  return patterns.some((pattern) =>
    isText(pattern)
      ? pattern !== "" && filename.includes(pattern)
      // Unlike `test`, this leaves the `lastIndex` of the caller's pattern alone.
      : filename.search(pattern) >= 0
  );
}

function toSlashes(path: string): string {
  return path.replaceAll("\\", "/");
}
