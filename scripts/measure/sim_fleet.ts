/**
 * Simulates fleets of isolates that run this library on a virtual clock, and shows what their definitions cost:
 * `deno task sim:fleet [--isolates 1000] [--minutes 10] [--interval 30] [--life 10] [--kv-delay 60] [--places 5]
 * [--seed 1] [--svg fleet.svg]`.
 *
 * Each isolate has a client of its own and serves requests at random moments; one PostHog emulator answers them all,
 * and a KV with the platform's delays stands between them. In the middle a flag is changed. Below stand smaller fleets for
 * which something goes wrong: each of their isolates with a key sees the change within three intervals and KV's delay.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { say } from "../../tests/_kit/run.ts";
import { buildFigures } from "./sim/figures.ts";
import { type FleetMode, simulateFleet } from "./sim/fleet.ts";
import { DEFAULT_FLEET, type FleetOptions } from "./sim/fleet_plan.ts";
import { type NamedResult, plotFleets } from "./sim/plot.ts";
import { buildReport } from "./sim/report.ts";
import { computeTimerPolling } from "./sim/timer_polling.ts";

const DEFAULT_SVG = "fleet.svg";

/** Each isolate is asked so often that it sees what there is to be seen. */
const FAULTY_FLEET = {
  isolates: 200,
  requestsPerSecond: [1, 2],
} satisfies Partial<FleetOptions>;

const AT_ONCE = { isolates: 50, rampMs: 0 } satisfies Partial<FleetOptions>;

/** What goes wrong for a fleet that shares definitions through KV. */
const FAULTS: readonly (readonly [name: string, Partial<FleetOptions>])[] = [
  ["200: KV takes no definitions", { kvRefuses: "definitions" }],
  ["200: KV takes no writes", { kvRefuses: "everything" }],
  ["200: clocks off by up to 5 s", { skewMs: 5000 }],
  ["200: clocks off by up to 5 min", { skewMs: 300_000 }],
  ["50 at once", AT_ONCE],
  ["50 at once, one place", { ...AT_ONCE, places: 1 }],
];

const { values } = parseArgs({
  args: Deno.args,
  options: {
    isolates: { type: "string" },
    minutes: { type: "string" },
    interval: { type: "string" },
    life: { type: "string" },
    "kv-delay": { type: "string" },
    places: { type: "string", default: "5" },
    seed: { type: "string" },
    svg: { type: "string", default: DEFAULT_SVG },
  },
});

async function main(): Promise<void> {
  const options = readOptions();
  const places = Number(values.places);
  const startedAt = performance.now();
  const fleets: NamedResult[] = [];
  const faulty: NamedResult[] = [];
  const add = async (name: string, mode: FleetMode, places = 1) =>
    fleets.push({
      name,
      result: await simulateFleet(mode, { ...options, places }),
    });
  fleets.push({
    name: "timers, computed",
    result: computeTimerPolling(options),
  });
  await add("each isolate for itself", { kind: "alone" });
  await add("KV, one place", { kind: "shared" });
  await add(`KV, ${places} places`, { kind: "shared" }, places);
  for (const seconds of [30, 60]) {
    await add(`KV, cron every ${seconds} s, no key`, {
      kind: "cron",
      everyMs: seconds * 1000,
    });
  }
  for (const [name, fault] of FAULTS) {
    const fleet = { ...options, ...FAULTY_FLEET, places, ...fault };
    const result = await simulateFleet({ kind: "shared" }, fleet);
    faulty.push({ name, result });
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const rows = [...fleets, ...faulty].map(({ name, result }) => ({
    name,
    figures: buildFigures(result, options),
  }));
  for (const line of buildReport(rows, options)) say(line);
  await Deno.writeTextFile(values.svg, plotFleets(fleets, options));
  say(`\n${values.svg} shows it; simulated in ${seconds.toFixed(0)} s`);
}

function readOptions(): FleetOptions {
  const { isolates, minutes, interval, life, seed } = values;
  const durationMs = minutes === undefined
    ? DEFAULT_FLEET.durationMs
    : Number(minutes) * 60_000;
  return {
    ...DEFAULT_FLEET,
    durationMs,
    changeAt: durationMs / 2,
    ...(isolates !== undefined && { isolates: Number(isolates) }),
    ...(interval !== undefined && { intervalMs: Number(interval) * 1000 }),
    ...(life !== undefined && { meanLifeMs: Number(life) * 60_000 }),
    ...(values["kv-delay"] !== undefined &&
      { kvDelayMs: Number(values["kv-delay"]) * 1000 }),
    ...(seed !== undefined && { seed: Number(seed) }),
  };
}

if (import.meta.main) main();
