import { watch } from "node:fs";
import { basename, dirname } from "node:path";
import { describeType, isRecord } from "../../src/core/guards.ts";
import type { EmulatorFlagDefinitions } from "../../src/dev/mod.ts";
import { buildFlagDefinitions } from "../../src/testing/simple_flags.ts";
import { describeCause } from "./command.ts";

/** How long after a change a file is read: editors write in several steps. */
const SETTLE_MS = 50;

/**
 * Reads flags: PostHog's definitions (`{ "flags": [ … ] }`, or the rows alone), or the short form of the testing kit.
 *
 * @throws {Error} What is wrong with them.
 */
export function parseFlags(text: string): EmulatorFlagDefinitions {
  const json: unknown = parseJson(text);
  if (Array.isArray(json)) return { flags: json };
  if (!isRecord(json)) {
    throw new Error(
      `expected an object of flags or a list of rows, got ${
        describeType(json)
      }`,
    );
  }
  if (!Array.isArray(json["flags"])) {
    for (const [key, flag] of Object.entries(json)) {
      const value = isRecord(flag) ? flag["value"] : flag;
      if (typeof value === "boolean" || typeof value === "string") continue;
      throw new Error(
        `the flag '${key}' is neither true, false, a variant's key nor { "value", "payload" }`,
      );
    }
  }
  return buildFlagDefinitions(
    json as Parameters<typeof buildFlagDefinitions>[0],
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON: ${describeCause(error)}`);
  }
}

/**
 * Calls back after each change of a file, for as long as the process lives. The directory is watched: editors put a new
 * file in the place of the old one.
 *
 * @param onEnd Hears why the file can't be followed, or no longer.
 */
export function followFile(
  path: string,
  onChange: () => void,
  onEnd: (error: unknown) => void,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const watcher = watch(dirname(path), (_kind, name) => {
      if (name !== null && basename(String(name)) !== basename(path)) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, SETTLE_MS);
    });
    watcher.on("error", onEnd);
  } catch (error) {
    onEnd(error);
  }
}
