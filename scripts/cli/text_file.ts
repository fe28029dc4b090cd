import { readFileSync } from "node:fs";
import { describeCause } from "./command.ts";

/** Reads a file of the user's; what keeps it from being read is said in a few words. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code }: { code?: unknown } = Object(error);
    throw new Error(
      code === "ENOENT"
        ? "there is no such file"
        : code === "EISDIR"
        ? "it is a directory"
        : describeCause(error),
    );
  }
}
