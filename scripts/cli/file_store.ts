import { type FileHandle, open } from "node:fs/promises";
import type { EmulatorStore } from "../../src/dev/mod.ts";
import { readText } from "./text_file.ts";

/** Events are about people: whoever else works on the machine has no business with them. */
const OWNER_ONLY = 0o600;

/**
 * Opens a file as an emulator's store, and makes it where it is not there. What was appended is on the disk when `append`
 * resolves: a killed process loses nothing of it, and neither does one without power.
 */
export async function openFileStore(path: string): Promise<EmulatorStore> {
  const file: FileHandle = await open(path, "a", OWNER_ONLY);
  return {
    read: () => readText(path),
    async append(text) {
      await file.appendFile(text);
      await file.datasync();
    },
  };
}
