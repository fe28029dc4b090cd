import { assertEquals } from "@std/assert";
import {
  createFakeClock,
  createTestClient,
  type TestClientOptions,
} from "edgehog/testing";
import type { FlagDefinitionCache } from "edgehog";
import { createStore, STORES } from "./_stores.ts";

const FLAGS = 500;

/** Numbers as JavaScript prints them, and others. */
const NUMBERS: readonly (readonly [spelling: string, property: unknown])[] = [
  ["4", 4],
  ["4", "4"],
  ["1.5", 1.5],
  ["-7", -7],
  ["[1,2,3]", 3],
  ["123456789", "123456789"],
  ["5.0", "5.0"],
];

/** A document of 0.7 MB in which every flag has a filter with a number. */
function buildDocument(): Record<string, unknown> {
  const flags = Array.from({ length: FLAGS }, (_, index) => ({
    key: `f${index}`,
    name: "x".repeat(1300),
    active: true,
    filters: {
      groups: [{
        properties: [{
          key: `p${index % NUMBERS.length}`,
          type: "person",
          operator: "exact",
          value: `#${index % NUMBERS.length}`,
        }],
        rollout_percentage: 100,
      }],
    },
  }));
  return { flags };
}

/** What PostHog serves: numbers as the server spells them, which JSON.stringify would not. */
function buildText(): string {
  return JSON.stringify(buildDocument()).replace(
    /"#(\d+)"/g,
    (_, index: string) => NUMBERS[Number(index)]?.[0] ?? "",
  );
}

const personProperties = Object.fromEntries(
  NUMBERS.map(([, property], index) => [`p${index}`, property]),
);

/** The flags that a client decides without asking PostHog. */
async function countDecided(options: TestClientOptions): Promise<number> {
  const { posthog } = createTestClient({
    strictLocalEvaluation: true,
    sendFeatureFlagEvent: false,
    ...options,
  });
  const flags = await posthog.evaluateFlags("ada", { personProperties });
  return flags.keys.filter((key) => flags.getFlag(key) === true).length;
}

/** A provider as posthog-node's documentation has it. */
function createProvider(): FlagDefinitionCache {
  let text: string | undefined;
  return {
    getFlagDefinitions: () => text && JSON.parse(text),
    shouldFetchFlagDefinitions: () => text === undefined,
    onFlagDefinitionsReceived(data) {
      text = JSON.stringify(data);
    },
    shutdown() {},
  };
}

const text = buildText();

for (const kind of [...STORES, "a provider written for posthog-node"]) {
  Deno.test(`Every number of 500 flags is decided behind ${kind}, fetched and read (FLD-030)`, async () => {
    const clock = createFakeClock();
    await using store = STORES.includes(kind)
      ? createStore(kind, clock)
      : undefined;
    const provider = createProvider();
    const isolate = (seed: number): TestClientOptions => ({
      flagDefinitionCache: store?.isolate(seed) ?? provider,
      now: clock.now,
      sleep: clock.sleep,
      fetch: () =>
        Promise.resolve(
          new Response(text, { headers: { ETag: 'W/"1"' } }),
        ),
    });
    const first = isolate(1);
    assertEquals(await countDecided(first), FLAGS);
    await clock.advance(2000);
    const reader = { ...isolate(2), personalApiKey: undefined };
    assertEquals(await countDecided(reader), FLAGS);
  });
}
