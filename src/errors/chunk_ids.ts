import { isNonBlank, isObject } from "../core/guards.ts";
import { NATIVE } from "./location.ts";
import { read, readKeys } from "./reads.ts";
import { readFrames } from "./stack.ts";
import type { ChunkIds } from "./types.ts";

/** Chunks that are read; more is no build's doing. */
const MAX_CHUNKS = 10_000;

/** Creates a client's memory of chunk ids: a shared one would outlive the build that it describes. */
export function createChunkIds(): ChunkIds {
  let source: unknown;
  let count = -1;
  let files: ReadonlyMap<string, string> | undefined;
  return {
    read(chunkIds) {
      const keys = isObject(chunkIds) ? readKeys(chunkIds) : undefined;
      if (keys === undefined || keys.length === 0) return undefined;
      if (chunkIds !== source || keys.length !== count) {
        files = mapFiles(chunkIds, keys);
        source = chunkIds;
        count = keys.length;
      }
      return files;
    },
  };
}

/** Each key is a stack taken in a chunk: the innermost file of it is the chunk. */
function mapFiles(
  chunkIds: unknown,
  stacks: readonly string[],
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const stack of stacks.slice(0, MAX_CHUNKS)) {
    const id = read(chunkIds, stack);
    const file = readFrames(stack, "")
      .find(({ filename }) => filename !== NATIVE)?.filename;
    if (file !== undefined && isNonBlank(id)) {
      files.set(file, id.toWellFormed());
    }
  }
  return files;
}
