import type { FleetResult } from "./fleet.ts";
import {
  drawFleet,
  type FleetOptions,
  type IsolatePlan,
} from "./fleet_plan.ts";
import type { DefinitionsRequest } from "./origin.ts";
import { createSpread } from "./spread.ts";

/**
 * What the same fleet would do if each isolate loaded definitions at its birth and by a timer from then on, as
 * posthog-node does in a process that lives. Computed, not run: nothing but the clock decides.
 */
export function computeTimerPolling(options: FleetOptions): FleetResult {
  const { durationMs, changeAt } = options;
  const plans = drawFleet(options);
  const spread = createSpread(plans, changeAt);
  const definitions: DefinitionsRequest[] = [];
  for (const [by, plan] of plans.entries()) {
    let known: boolean | undefined;
    for (const at of tickMoments(plan, options)) {
      const isNew = at >= changeAt;
      definitions.push({ at, by, status: known === isNew ? 304 : 200 });
      spread.answer(by, at, isNew);
      known = isNew;
    }
  }
  definitions.sort((a, b) => a.at - b.at);
  const served = plans.reduce(
    (sum, { bornAt, diesAt, requestsPerSecond }) =>
      sum + (Math.min(diesAt, durationMs) - bornAt) / 1000 * requestsPerSecond,
    0,
  );
  return {
    served: Math.round(served),
    blind: 0,
    errors: 0,
    definitions,
    kv: { reads: 0, writes: 0, refused: 0 },
    spread,
  };
}

function* tickMoments(
  { bornAt, diesAt }: IsolatePlan,
  { durationMs, intervalMs }: FleetOptions,
): Generator<number> {
  const end = Math.min(diesAt, durationMs);
  for (let at = bornAt; at < end; at += intervalMs) yield at;
}
