import type { RawFrame } from "./frames.ts";
import { NATIVE, PROMISE } from "./location.ts";
import type { FrameOptions } from "./types.ts";

/** Schemes that the application's own code can have; any other is a part of the runtime (`node:`, `ext:`). */
const OWN_SCHEMES: ReadonlySet<string> = new Set([
  "http",
  "https",
  "webpack",
  "webpack-internal",
  "turbopack",
  "vite",
  "rsc",
  "app",
  "blob",
  "about",
]);

/** What is no file of anybody: evaluated text, modules without a name. */
const NO_FILES: readonly string[] = Object.freeze([
  "<anonymous>",
  "data:",
  "webkit-masked-url:",
  // Its name changes with every build: as the application's it would open an issue at each deployment.
  "wasm:",
]);

/** A dependency's folder: `node_modules`, the package cache of Deno, that of Bun. */
const DEPENDENCY =
  /(?:^|\/)node_modules\/|\/npm\/[^/.]+\.[^/]+\/(?:@[^/]+\/)?[^/]+\/\d+\.\d+\.\d+[^/]*\/|\/install\/cache\/(?:@[^/]+\/)?[^/@]+@\d/;

/** Which frames are the application's. What the application says comes first; engine built-ins are never. */
export function judgeFrames(
  frames: readonly RawFrame[],
  options: FrameOptions,
): readonly boolean[] {
  const own = frames.map((frame) => isOwn(frame, options));
  // Deno runs remote modules: beside local files they are dependencies, alone they are the application.
  const isLocal = frames.some(({ filename }, index) =>
    own[index] && /^(?:[\\/]|[a-z]:[\\/])/i.test(filename)
  );
  return frames.map(({ filename }, index) =>
    own[index] === true &&
    (!isLocal || !/^https?:/i.test(filename) ||
      matches(filename, options.inAppInclude))
  );
}

function isOwn(frame: RawFrame, options: FrameOptions): boolean {
  const { filename } = frame;
  if (filename === NATIVE || filename === PROMISE) return false;
  if (matches(filename, options.inAppInclude)) return true;
  return !matches(filename, options.inAppExclude) && !isForeign(frame);
}

function isForeign({ filename, isWasm }: RawFrame): boolean {
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(filename)?.[1]?.toLowerCase();
  return isWasm || NO_FILES.some((prefix) => filename.startsWith(prefix)) ||
    (scheme !== undefined && !OWN_SCHEMES.has(scheme)) ||
    DEPENDENCY.test(filename.replaceAll("\\", "/"));
}

function matches(
  filename: string,
  patterns: readonly (string | RegExp)[] = [],
): boolean {
  return patterns.some((pattern) =>
    typeof pattern === "string"
      ? pattern !== "" && filename.includes(pattern)
      // Unlike `test`, this leaves the `lastIndex` of the caller's pattern alone.
      : filename.search(pattern) >= 0
  );
}
