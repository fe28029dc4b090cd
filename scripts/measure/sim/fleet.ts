import { refreshFlagDefinitions } from "../../../mod.ts";
import type { FlagDefinitionCache } from "../../../src/core/flag_definition_cache.ts";
import type { VirtualKvCounts } from "../../../tests/_kit/virtual_kv.ts";
import { createFleetKv } from "./fleet_kv.ts";
import { drawFleet, type FleetOptions } from "./fleet_plan.ts";
import { createClient, type IsolateWorld, startIsolate } from "./isolate.ts";
import { createOrigin, CRON, type DefinitionsRequest } from "./origin.ts";
import { createSpread, type Spread } from "./spread.ts";
import { createVirtualTime } from "./virtual_time.ts";

/** How isolates come by definitions. */
export type FleetMode =
  /** Each isolate asks PostHog for itself. */
  | { readonly kind: "alone" }
  /** Isolates with a key share what one of them fetches, through KV. */
  | { readonly kind: "shared" }
  /** Isolates without a key read KV, which a cron trigger keeps warm. */
  | { readonly kind: "cron"; readonly everyMs: number };

/** What a simulated fleet did. */
export interface FleetResult {
  /** The requests that the fleet served. */
  readonly served: number;
  /** Those of them that were answered without definitions. */
  readonly blind: number;
  /** What clients reported to `onError`. */
  readonly errors: number;
  /** The requests for definitions, in order; `at` in ms from the beginning. */
  readonly definitions: readonly DefinitionsRequest[];
  /** What was asked of KV. */
  readonly kv: VirtualKvCounts;
  /** How the change spread. */
  readonly spread: Spread;
}

/** The moment at which a simulation begins: 2026-01-01T00:00:00Z. */
const BEGINNING = 1_767_225_600_000;

/** Runs a fleet through its time. The same arguments give the same result. */
export async function simulateFleet(
  mode: FleetMode,
  options: FleetOptions,
): Promise<FleetResult> {
  const { durationMs, changeAt, intervalMs, seed } = options;
  // A cron trigger is deployed before its readers are; half a period, so that a change is in the middle of one too.
  const leadMs = mode.kind === "cron" ? mode.everyMs / 2 : 0;
  const time = createVirtualTime(BEGINNING - leadMs);
  const origin = createOrigin(time);
  const plans = drawFleet(options);
  const kv = createFleetKv(time, options);
  const spread = createSpread(plans, changeAt);
  let served = 0;
  let blind = 0;
  let errors = 0;
  const cacheAt = (
    place: number,
    seed: number,
    skewMs: number,
  ): FlagDefinitionCache | undefined =>
    mode.kind === "alone" ? undefined : kv.cacheAt(place, seed, skewMs);
  const world: IsolateWorld = {
    time,
    origin,
    intervalMs,
    hasKey: mode.kind !== "cron",
    cacheOf: ({ place, seed, skewMs }) => cacheAt(place, seed ^ 1, skewMs),
    onAnswer(number, value) {
      served++;
      if (value === undefined) blind++;
      else spread.answer(number, time.now() - BEGINNING, value);
    },
    onError() {
      errors++;
    },
  };
  for (const [number, plan] of plans.entries()) {
    startIsolate(world, plan, number, BEGINNING);
  }
  if (mode.kind === "cron") {
    for (let at = -leadMs; at <= durationMs; at += mode.everyMs) {
      // The runtime may give each tick an isolate of its own.
      time.at(BEGINNING + at, () => {
        const own = seed + at;
        refreshFlagDefinitions(createClient(world, {
          number: CRON,
          seed: own,
          skewMs: 0,
          flagDefinitionCache: cacheAt(0, own, 0),
          hasKey: true,
        }));
      });
    }
  }
  time.at(BEGINNING + changeAt, origin.change);
  await time.run(BEGINNING + durationMs);
  return {
    served,
    blind,
    errors,
    definitions: origin.requests.map((request) => ({
      ...request,
      at: request.at - BEGINNING,
    })),
    kv: kv.counts,
    spread,
  };
}
