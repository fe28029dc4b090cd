import type { FleetResult } from "./fleet.ts";
import type { FleetOptions } from "./fleet_plan.ts";
import { CRON, type DefinitionsRequest } from "./origin.ts";

/** What is printed of one fleet. Times in ms after the change; undefined: not reached. */
export interface FleetFigures {
  /** Answers with a document. */
  readonly full: number;
  /** Answers that nothing changed. */
  readonly unchanged: number;
  /** Requests by somebody other than the one before, who had been silent for two intervals. */
  readonly takeOvers: number;
  /** Requests that isolates made: all, but for those of a cron trigger. */
  readonly byIsolates: number;
  /** Flag requests on PostHog's bill, a 304 included. */
  readonly billed: number;
  /** KV's reads for a thousand requests that the fleet served. */
  readonly readsPerThousand: number;
  /** KV's writes for a thousand requests that the fleet served. */
  readonly writesPerThousand: number;
  /** Writes that KV refused: a key takes one a second. */
  readonly refused: number;
  /** Requests that were answered without definitions. */
  readonly blind: number;
  /** From when on half of the living isolates saw the change. */
  readonly halfMs: number | undefined;
  /** From when on 95 % did. */
  readonly mostMs: number | undefined;
  /** From when on all did. */
  readonly allMs: number | undefined;
}

/** What PostHog counts for a document and for a 304, in flag requests (its page on distributed environments). */
export const FLAG_REQUESTS_A_DOCUMENT = 10;
/** See {@linkcode FLAG_REQUESTS_A_DOCUMENT}. */
export const FLAG_REQUESTS_A_304 = 1;

/** Sums a result up. */
export function buildFigures(
  { served, blind, definitions, kv, spread }: FleetResult,
  { durationMs, intervalMs }: FleetOptions,
): FleetFigures {
  const count = (status: number) =>
    definitions.filter((request) => request.status === status).length;
  const full = count(200);
  const unchanged = count(304);
  return {
    full,
    unchanged,
    takeOvers: findTakeOvers(definitions, intervalMs).length,
    byIsolates: definitions.filter(({ by }) => by !== CRON).length,
    billed: full * FLAG_REQUESTS_A_DOCUMENT + unchanged * FLAG_REQUESTS_A_304,
    readsPerThousand: kv.reads / served * 1000,
    writesPerThousand: kv.writes / served * 1000,
    refused: kv.refused,
    blind,
    halfMs: spread.reachedMs(0.5, durationMs),
    mostMs: spread.reachedMs(0.95, durationMs),
    allMs: spread.reachedMs(1, durationMs),
  };
}

/**
 * The requests that are no holder's own: another one asked before, and has been silent for two intervals. A second
 * request within that time is none of them: it counts among the regular ones, where it hurts.
 */
export function findTakeOvers(
  definitions: readonly DefinitionsRequest[],
  intervalMs: number,
): readonly DefinitionsRequest[] {
  return definitions.filter(({ at, by }, index) => {
    const before = definitions[index - 1];
    return before !== undefined && before.by !== by &&
      at - before.at >= 2 * intervalMs;
  });
}
