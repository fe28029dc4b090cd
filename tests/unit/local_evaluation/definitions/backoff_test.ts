import { assertEquals } from "@std/assert";
import type { PlannedFault } from "edgehog/dev";
import { createTestClient } from "edgehog/testing";

const PATH = "/flags/definitions";
const INTERVAL_MS = 30_000;

/** What ends a load, and how long the next one then waits. */
type Step = readonly [fault: Omit<PlannedFault, "path">, waitMs: number];

const refused = (status: number, waitMs: number): Step => [{ status }, waitMs];

const ROWS: readonly (readonly [name: string, steps: readonly Step[]])[] = [
  ["refusals of all kinds are one row", [
    refused(401, 60_000),
    refused(402, 120_000),
    refused(403, 240_000),
    refused(429, 480_000),
    refused(401, 600_000),
  ]],
  ["a server error ends the row", [
    refused(401, 60_000),
    refused(429, 120_000),
    refused(500, INTERVAL_MS),
    refused(401, 60_000),
    refused(401, 120_000),
  ]],
  ["a network failure ends the row", [
    refused(403, 60_000),
    refused(403, 120_000),
    [{ drop: "connection" }, INTERVAL_MS],
    refused(403, 60_000),
  ]],
  ["another status ends the row", [
    refused(429, 60_000),
    refused(429, 120_000),
    refused(404, INTERVAL_MS),
    refused(429, 60_000),
  ]],
  ["a server error without a row before it waits for one interval", [
    refused(503, INTERVAL_MS),
    refused(503, INTERVAL_MS),
    refused(401, 60_000),
  ]],
  ["an unreadable document leaves the row as it is", [
    refused(401, 60_000),
    refused(401, 120_000),
    [{ status: 200, body: "<html>" }, INTERVAL_MS],
    refused(401, 240_000),
  ]],
  ["a success ends the row", [
    refused(401, 60_000),
    refused(401, 120_000),
    [{}, INTERVAL_MS],
    refused(401, 60_000),
  ]],
];

for (const [name, steps] of ROWS) {
  Deno.test(`The wait for definitions doubles with each refusal in a row: ${name} (FLG-015 to FLG-018)`, async () => {
    const { posthog, emulator, clock } = createTestClient({
      flags: { f: true },
      featureFlagsPollingInterval: INTERVAL_MS,
      // The end of the range that gives no jitter.
      random: (bytes) => bytes.fill(0),
    });
    const count = async () => {
      await posthog.evaluateFlags("ada");
      await clock.settle();
      return emulator.requests.filter(({ path }) => path === PATH).length;
    };
    for (const [index, [fault, waitMs]] of steps.entries()) {
      emulator.failNext({ path: PATH, ...fault });
      assertEquals(await count(), index + 1, `load ${index + 1} is due`);
      await clock.advance(waitMs - 1);
      assertEquals(await count(), index + 1, `${waitMs} ms are not over`);
      await clock.advance(1);
    }
    assertEquals(await count(), steps.length + 1, "the next load is due");
  });
}
