import { watchFile } from "node:fs";
import { describeType, isRecord } from "../../src/core/guards.ts";
import type { EmulatorFlagDefinitions } from "../../src/dev/mod.ts";
import { buildFlagDefinitions } from "../../src/testing/simple_flags.ts";
import { describeCause } from "./command.ts";

/** How long after a change a file is read: editors write in several steps. */
const SETTLE_MS = 50;

/** How often a file is looked at. */
const LOOK_MS = 200;

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
 * Calls back after each change of a file, for as long as the process lives. The file is looked at again and again: what
 * the platform tells of changes leaves out those behind a link, in a directory that is made anew, and on shared disks.
 */
export function followFile(path: string, onChange: () => void): void {
  // Once unasked: for an edit that came before the first look.
  let timer = setTimeout(onChange, LOOK_MS);
  watchFile(path, { interval: LOOK_MS }, () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, SETTLE_MS);
  });
}
