import { assertEquals } from "@std/assert";
import {
  buildFigures,
  findTakeOvers,
} from "../../scripts/measure/sim/figures.ts";
import { simulateFleet } from "../../scripts/measure/sim/fleet.ts";
import {
  DEFAULT_FLEET,
  type FleetOptions,
} from "../../scripts/measure/sim/fleet_plan.ts";

/** One version at the beginning, and the change. */
const VERSIONS = 2;

Deno.test("1,000 isolates share definitions through KV for ten minutes at 30 s", async (t) => {
  // A seed whose holder ends on the way, but not while the change spreads. One run for all steps: it takes seconds.
  const fleet = { ...DEFAULT_FLEET, seed: 1 };
  const { intervalMs, kvDelayMs, changeAt } = fleet;
  const result = await simulateFleet({ kind: "shared" }, fleet);
  const { definitions, blind, errors, spread } = result;
  const { full, unchanged, allMs } = buildFigures(result, fleet);
  const takeOvers = findTakeOvers(definitions, intervalMs);

  await t.step("at most 25 definition requests beside take-overs", () => {
    assertEquals(takeOvers.length, 1);
    assertAtMost(definitions.length - takeOvers.length, 25);
  });

  await t.step("the holder asks once an interval", () => {
    const waits = definitions.flatMap(({ at, by }, index) => {
      const before = definitions[index - 1];
      return before?.by === by ? [at - before.at] : [];
    });
    // Its interval is spread by a tenth, and then its next request has to arrive.
    assertAtMost(Math.max(...waits), 1.5 * intervalMs);
  });

  await t.step("one full answer for each version, a 304 otherwise", () => {
    assertEquals(full, VERSIONS);
    assertEquals(unchanged, definitions.length - VERSIONS);
  });

  await t.step("all see a change within two intervals and KV's delay", () => {
    assertEquals(
      takeOvers.filter(({ at }) =>
        at > changeAt && at < changeAt + 2 * intervalMs + kvDelayMs
      ),
      [],
    );
    assertAtMost(allMs, 2 * intervalMs + kvDelayMs);
    assertEquals(spread.relapses, 0);
  });

  await t.step("every request has definitions, and nothing fails", () => {
    assertEquals({ blind, errors }, { blind: 0, errors: 0 });
  });
});

Deno.test("1,000 isolates without a key make no definition request while a cron trigger keeps KV warm", async () => {
  const fleet: FleetOptions = {
    ...DEFAULT_FLEET,
    places: 5,
    // Half of the usual: what readers ask of PostHog does not depend on it, and the test is quicker.
    requestsPerSecond: [0.1, 0.5],
  };
  const { intervalMs, kvDelayMs, durationMs } = fleet;
  const everyMs = 60_000;
  const result = await simulateFleet({ kind: "cron", everyMs }, fleet);
  const { definitions, blind, errors } = result;
  const { allMs, byIsolates, full } = buildFigures(result, fleet);

  assertEquals({ byIsolates, full }, { byIsolates: 0, full: VERSIONS });
  assertEquals(definitions.length, durationMs / everyMs + 1);
  assertAtMost(allMs, everyMs + 2 * intervalMs + kvDelayMs);
  assertEquals({ blind, errors }, { blind: 0, errors: 0 });
});

/** What may go wrong, and where a fleet is then. */
const FAULTS: readonly (readonly [name: string, Partial<FleetOptions>])[] = [
  ["a store that takes no definitions", { kvRefuses: "definitions" }],
  ["a store that takes no writes", { kvRefuses: "everything" }],
  ["clocks wrong by five seconds", { skewMs: 5000 }],
  ["clocks wrong by five minutes", { skewMs: 300_000 }],
  ["clocks wrong by an hour", { skewMs: 3_600_000 }],
  ["50 isolates born at once", { isolates: 50, rampMs: 0 }],
  ["50 isolates born at once, in one place", {
    isolates: 50,
    rampMs: 0,
    places: 1,
  }],
  ["isolates that live for a minute", { meanLifeMs: 60_000 }],
];

for (const [name, fault] of FAULTS) {
  Deno.test(`With ${name} every isolate sees a change within three intervals and KV's delay (FLD-035)`, async () => {
    const fleet: FleetOptions = {
      ...DEFAULT_FLEET,
      isolates: 200,
      places: 5,
      // Whoever is asked less often sees it when he is asked.
      requestsPerSecond: [1, 2],
      ...fault,
    };
    const { intervalMs, kvDelayMs, durationMs } = fleet;
    const result = await simulateFleet({ kind: "shared" }, fleet);
    const { blind, spread, definitions } = result;
    assertAtMost(
      spread.reachedMs(1, durationMs),
      3 * intervalMs + kvDelayMs,
    );
    assertEquals([blind, spread.relapses], [0, 0]);
    // At most once an interval each, the first load aside.
    const perIsolate = Map.groupBy(definitions, ({ by }) => by);
    for (const requests of perIsolate.values()) {
      const waits = requests.slice(2).map(({ at }, index) =>
        at - (requests[index + 1]?.at ?? 0)
      );
      assertAtMost(0.75 * intervalMs, Math.min(...waits));
    }
  });
}

function assertAtMost(value: number | undefined, most: number): void {
  const isWithin = value !== undefined && value <= most;
  assertEquals(isWithin, true, `expected at most ${most}, got ${value}`);
}
