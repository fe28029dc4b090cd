import type { ExceptionLevel } from "./types.ts";

const LEVELS: ReadonlyMap<string, ExceptionLevel> = new Map([
  ["fatal", "fatal"],
  ["critical", "fatal"],
  ["alert", "fatal"],
  ["emergency", "fatal"],
  ["error", "error"],
  ["warning", "warning"],
  ["warn", "warning"],
  ["log", "log"],
  ["info", "info"],
  ["notice", "info"],
  ["debug", "debug"],
  ["trace", "debug"],
]);

/** Reads a level in any logger's words; undefined when it is none. */
export function parseLevel(value: unknown): ExceptionLevel | undefined {
  return typeof value === "string"
    ? LEVELS.get(value.toLowerCase())
    : undefined;
}
