import { getOwn, isFiniteNumber, isRecord } from "../../core/guards.ts";
import type { EmulatorPath, Fault, PlannedFault } from "../types.ts";

/** Where a fault can wait. */
const PATHS: ReadonlySet<unknown> = new Set<EmulatorPath>([
  "/batch",
  "/flags",
  "/flags/definitions",
  "/i/v0/ai/batch",
  "/i/v1/ai/events",
  "/i/v1/analytics/events",
]);

const DROPS: ReadonlySet<unknown> = new Set<Fault["drop"]>([
  "connection",
  "answer",
  "body",
]);

/** The highest number of each, and the lowest. */
const RANGES: Readonly<Record<string, readonly [min: number, max: number]>> = {
  status: [200, 599],
  retryAfter: [0, 86_400],
  delayMs: [0, 600_000],
  answerDelayMs: [0, 600_000],
  times: [1, 1_000_000],
};

/** Reads a planned fault, or says what is wrong with it. */
export function readFault(json: unknown): PlannedFault | string {
  if (!isRecord(json)) return "A fault is an object";
  const path = getOwn(json, "path");
  if (path !== undefined && !PATHS.has(path)) return "There is no such path";
  const drop = getOwn(json, "drop");
  if (drop !== undefined && !DROPS.has(drop)) {
    return "A connection is dropped before the answer: 'connection', 'answer' or 'body'";
  }
  const numbers: Record<string, number> = {};
  for (const [name, [min, max]] of Object.entries(RANGES)) {
    const value = getOwn(json, name);
    if (value === undefined) continue;
    if (!isFiniteNumber(value) || value < min || value > max) {
      return `'${name}' is a number from ${min} to ${max}`;
    }
    numbers[name] = Math.trunc(value);
  }
  return {
    ...numbers,
    ...(path !== undefined && { path: path as EmulatorPath }),
    ...(drop !== undefined && { drop: drop as NonNullable<Fault["drop"]> }),
  };
}
