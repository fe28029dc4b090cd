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
  const file: FileHandle = await open(path, "a+", OWNER_ONLY);
  const { buffer, bytesRead } = await file.read(new Uint8Array(64), 0, 64, 0);
  if (!isStore(new TextDecoder().decode(buffer.subarray(0, bytesRead)))) {
    await file.close();
    throw new Error("it has something else than an emulator's store");
  }
  return {
    read: () => readText(path),
    async append(text) {
      await file.appendFile(text);
      await file.datasync();
    },
  };
}

/** How each line of a store begins. */
const START = /^\s*\[?\{"kind":/;

/** Whether a file is a store, or may be one that was torn in its first line: nothing is appended to another's. */
function isStore(start: string): boolean {
  return START.test(start) || start.trim().length < 10;
}
