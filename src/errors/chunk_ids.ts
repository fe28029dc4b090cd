import { isNonBlank, isObject } from "../core/guards.ts";
import { NATIVE } from "./location.ts";
import { read, readKeys } from "./reads.ts";
import { readFrames } from "./stack.ts";

/** Chunks that are read; more is no build's doing. */
const MAX_CHUNKS = 10_000;

/** A client's memory of the ids that a build gave its files: a shared one would outlive the build that it describes. */
export class ChunkIds {
  #source: unknown;
  #count = 0;
  #files = new Map<string, string>();

  /** The ids by file, as the build left them; the same map with as many keys is read once. */
  read(chunkIds: unknown): ReadonlyMap<string, string> {
    const keys = isObject(chunkIds) && readKeys(chunkIds) || [];
    if (chunkIds !== this.#source || keys.length !== this.#count) {
      this.#source = chunkIds;
      this.#count = keys.length;
      this.#files = new Map();
      // Each key is a stack taken in a chunk: the innermost file of it is the chunk.
      for (const stack of keys.slice(0, MAX_CHUNKS)) {
        const id = read(chunkIds, stack);
        const frame = readFrames(stack, "")
          .find(({ filename }) => filename !== NATIVE);
        if (frame && isNonBlank(id)) {
          this.#files.set(frame.filename, id.toWellFormed());
        }
      }
    }
    return this.#files;
  }
}
