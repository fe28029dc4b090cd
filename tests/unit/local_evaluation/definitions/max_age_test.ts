import { assertEquals } from "@std/assert";
import { refreshFlagDefinitions } from "edgehog";
import { createTestClient } from "edgehog/testing";

const PATH = "/flags/definitions";
const HOUR_MS = 3_600_000;

type Options = NonNullable<Parameters<typeof createTestClient>[0]>;

/** A client that holds `old` while PostHog has `new`, `idleMs` after it loaded. */
async function createIdle(idleMs: number, options: Options = {}) {
  const client = createTestClient({ flags: { f: "old" }, ...options });
  const { posthog, emulator, clock } = client;
  await posthog.evaluateFlags("ada");
  const variants = [{ key: "new", rollout_percentage: 100 }];
  const filters = { groups: [{}], multivariate: { variants } };
  emulator.setFlags({ flags: [{ key: "f", active: true, filters }] });
  await clock.advance(idleMs);
  const read = async () => (await posthog.evaluateFlags("ada")).getFlag("f");
  return { ...client, read };
}

/** What the first evaluation after a while answers, by the option. */
const AGES: readonly (readonly [
  idleMs: number,
  maxDefinitionAgeMs: number | undefined,
  value: string,
])[] = [
  [299_999, undefined, "old"],
  [300_000, undefined, "new"],
  [6 * HOUR_MS, undefined, "new"],
  [6 * HOUR_MS, Infinity, "old"],
  [HOUR_MS - 1, HOUR_MS, "old"],
  [HOUR_MS, HOUR_MS, "new"],
  // Younger than the polling interval.
  [1000, 1000, "new"],
];

for (const [idleMs, maxDefinitionAgeMs, value] of AGES) {
  Deno.test(`Definitions ${idleMs} ms old, of at most ${maxDefinitionAgeMs}, answer with the ${value} ones (EDGE-434, FLD-037)`, async () => {
    const { read, errors, clock } = await createIdle(idleMs, {
      maxDefinitionAgeMs,
    });
    assertEquals([await read(), errors], [value, []]);
    // A refresh in the background ends as well.
    await clock.settle();
  });
}

Deno.test("The default is ten times the polling interval (FLD-037)", async () => {
  const options = { featureFlagsPollingInterval: 1000 };
  for (const [idleMs, value] of [[9999, "old"], [10_000, "new"]] as const) {
    const { read, clock } = await createIdle(idleMs, options);
    assertEquals(await read(), value);
    await clock.settle();
  }
});

Deno.test("Where the refresh fails or hangs the old definitions answer, within the budget (FLD-037)", async () => {
  for (const fault of [{ status: 503 }, { delayMs: 60_000 }]) {
    const { read, emulator, clock } = await createIdle(HOUR_MS);
    emulator.failNext({ path: PATH, ...fault });
    let value: unknown;
    read().then((flag) => value = flag);
    await clock.advance(3000);
    assertEquals(value, "old");
    await clock.advance(60_000);
  }
});

Deno.test("100 evaluations on too old definitions share one refresh (FLD-037)", async () => {
  const { read, emulator } = await createIdle(HOUR_MS);
  const values = await Promise.all(Array.from({ length: 100 }, read));
  assertEquals([...new Set(values)], ["new"]);
  assertEquals(
    emulator.requests.filter(({ path }) => path === PATH).length,
    2,
  );
});

Deno.test("'maxDefinitionAgeMs' takes numbers from 0 on (FLD-037)", async () => {
  for (const given of [-1, NaN, "300000"]) {
    const maxDefinitionAgeMs = given as number;
    const { read, errors } = await createIdle(300_000, { maxDefinitionAgeMs });
    assertEquals(await read(), "new");
    assertEquals(errors.map(({ message }) => message.split(",")[0]), [
      "Cannot use option 'maxDefinitionAgeMs': expected a number of at least 0",
    ]);
  }
});

Deno.test("Without a polling interval definitions are never refreshed by age (UPS-075, FLD-037, R69)", async () => {
  const { posthog, read, emulator, errors, clock } = await createIdle(
    24 * HOUR_MS,
    { featureFlagsPollingInterval: null },
  );
  const count = () =>
    emulator.requests.filter(({ path }) => path === PATH).length;
  assertEquals([await read(), count(), errors], ["old", 1, []]);
  await posthog.reloadFeatureFlags();
  assertEquals([await read(), count()], ["new", 2]);
  await clock.advance(24 * HOUR_MS);
  assertEquals([await read(), count()], ["new", 2]);
});

Deno.test("Without a polling interval refreshFlagDefinitions still brings a change (UPS-075)", async () => {
  const { posthog, read } = await createIdle(HOUR_MS, {
    featureFlagsPollingInterval: null,
  });
  assertEquals(await refreshFlagDefinitions(posthog), { kind: "changed" });
  assertEquals(await read(), "new");
});

Deno.test("Without a polling interval a first load that failed is tried again (UPS-075)", async () => {
  const { posthog, emulator, clock } = createTestClient({
    flags: { f: true },
    featureFlagsPollingInterval: null,
    strictLocalEvaluation: true,
  });
  emulator.failNext({ path: PATH, status: 503 });
  const read = async () => (await posthog.evaluateFlags("ada")).getFlag("f");
  assertEquals(await read(), undefined);
  await clock.advance(29_999);
  assertEquals(await read(), undefined);
  await clock.advance(1);
  assertEquals(await read(), true);
});

Deno.test("Without a polling interval 'maxDefinitionAgeMs' still counts where it is given (UPS-075)", async () => {
  const { read } = await createIdle(HOUR_MS, {
    featureFlagsPollingInterval: null,
    maxDefinitionAgeMs: HOUR_MS,
  });
  assertEquals(await read(), "new");
});

Deno.test("Old definitions that can't be refreshed answer for the reason of ever, with one warning an outage (EDGE-435, FLD-037)", async () => {
  const { posthog, emulator, clock, logs } = await createIdle(HOUR_MS);
  emulator.setFaultPolicy(({ path }) =>
    path === PATH ? { status: 503 } : undefined
  );
  const answers: unknown[] = [];
  for (let minute = 0; minute < 10; minute++) {
    const { value, reason } = (await posthog.evaluateFlags("ada")).detail(
      "f",
      "none",
    );
    answers.push(`${value}, ${reason}`);
    await clock.advance(60_000);
  }
  assertEquals(new Set(answers), new Set(["old, condition_match"]));
  assertEquals(logs.filter(({ level }) => level === "warn").length, 1);
});
