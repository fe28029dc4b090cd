import { assertEquals, assertStringIncludes } from "@std/assert";
import { buildFigures } from "../../scripts/measure/sim/figures.ts";
import type { FleetResult } from "../../scripts/measure/sim/fleet.ts";
import { DEFAULT_FLEET } from "../../scripts/measure/sim/fleet_plan.ts";
import { buildReport } from "../../scripts/measure/sim/report.ts";

/** A fleet that was answered so often in full, and so often that nothing changed. */
function createResult(full: number, unchanged: number): FleetResult {
  const statuses = [...Array(full).fill(200), ...Array(unchanged).fill(304)];
  return {
    served: 1000,
    blind: 0,
    errors: 0,
    definitions: statuses.map((status, index) => ({
      at: index * 1000,
      by: 0,
      status,
    })),
    kv: { reads: 0, writes: 0, refused: 0 },
    spread: { reachedMs: () => undefined },
  } as unknown as FleetResult;
}

Deno.test("sim:fleet bills ten flag requests for a full answer and one for a 304, and says so (UPS-151, R56)", () => {
  const figures = buildFigures(createResult(3, 20), DEFAULT_FLEET);
  assertEquals([figures.full, figures.unchanged, figures.billed], [3, 20, 50]);
  const report = buildReport([{ name: "fleet", figures }], DEFAULT_FLEET);
  const legend = report.find((line) => line.includes("PostHog's bill")) ?? "";
  assertStringIncludes(legend, "10 for a full answer, 1 for a 304");
});
