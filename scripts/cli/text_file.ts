import { readFileSync } from "node:fs";
import { describeCause } from "./command.ts";

/** By the platform's code, what people say. */
const WORDS: ReadonlyMap<unknown, string> = new Map([
  ["ENOENT", "there is no such file or directory"],
  ["EISDIR", "it is a directory"],
  ["EACCES", "permission denied"],
]);

/** Reads a file of the user's. @throws {Error} Why it can't be read, in a few words. */
export function readText(path: string): string {
  try {
    // Without the mark that some editors put first (BOM).
    return new TextDecoder().decode(readFileSync(path));
  } catch (error) {
    throw new Error(describeFileError(error));
  }
}

/** What keeps a file from being used, in a few words. */
export function describeFileError(error: unknown): string {
  const { code }: { code?: unknown } = Object(error);
  return WORDS.get(code) ?? describeCause(error);
}
