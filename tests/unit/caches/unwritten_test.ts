// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { redisRestCache } from "../../../src/caches/redis_rest.ts";
import {
  buildFlagDefinitions,
  createFakeClock,
  createTestClient,
} from "edgehog/testing";
import { createStore, INTERVAL_MS, type Store, STORES } from "./_stores.ts";

const PATH = "/flags/definitions";

/** Isolates of one flag over one store, on one clock. */
async function createFleet(kind: string) {
  const clock = createFakeClock();
  const store = createStore(kind, clock);
  const base = createTestClient({ flags: { f: "old" } });
  const { emulator } = base;
  await base.posthog.shutdown();
  let seed = 0;
  const createIsolate = () =>
    createTestClient({
      seed: ++seed,
      flagDefinitionCache: store.isolate(seed),
      featureFlagsPollingInterval: INTERVAL_MS,
      fetch: emulator.fetch,
      now: clock.now,
      sleep: clock.sleep,
    });
  type Isolate = ReturnType<typeof createIsolate>;
  const read = async ({ posthog }: Isolate) =>
    (await posthog.evaluateFlags("ada")).getFlag("f");
  return {
    store,
    clock,
    emulator,
    createIsolate,
    read,
    change: () => emulator.setFlags(buildFlagDefinitions({ f: "new" })),
    loads: () => emulator.requests.filter(({ path }) => path === PATH).length,
    /** Serves a request a second for so long. */
    async serve(isolates: readonly Isolate[], ms: number) {
      for (let past = 0; past < ms; past += 1000) {
        for (const isolate of isolates) await read(isolate);
        await clock.advance(1000);
      }
    },
    /** Serves until each isolate has seen the change; after how many ms that is. */
    async serveUntilSeen(isolates: readonly Isolate[]): Promise<number> {
      const changedAt = clock.now();
      for (;;) {
        const values: unknown[] = [];
        for (const isolate of isolates) values.push(await read(isolate));
        const pastMs = clock.now() - changedAt;
        if (values.every((value) => value === "new")) return pastMs;
        if (pastMs > 20 * INTERVAL_MS) return Infinity;
        await clock.advance(1000);
      }
    },
    async [Symbol.asyncDispose]() {
      await clock.advance(10_000);
      await store[Symbol.asyncDispose]();
    },
  };
}

/** When the store fails, and who is gone when the flag changes. */
const FAULTS: readonly (readonly [
  name: string,
  fails: Store["failure"],
  when: "always" | "later" | "never",
])[] = [
  ["refuses definitions from the beginning", "refused", "always"],
  ["refuses definitions later", "refused", "later"],
  ["hangs at definitions later", "hanging", "later"],
  ["has lost its holder", "none", "never"],
];

for (const kind of STORES.filter((kind) => kind !== "memoryCache()")) {
  for (const [name, failure, when] of FAULTS) {
    Deno.test(`Every isolate with a key sees a change within three intervals where ${kind} ${name} (FLD-035)`, async () => {
      await using fleet = await createFleet(kind);
      const { store, change, serve, serveUntilSeen } = fleet;
      if (when === "always") store.failure = failure;
      const isolates = [1, 2, 3].map(fleet.createIsolate);
      await serve(isolates, 3.5 * INTERVAL_MS);
      store.failure = failure;
      change();
      const living = when === "never" ? isolates.slice(1) : isolates;
      const seenMs = await serveUntilSeen(living);
      // The tier in front keeps an entry for a second.
      assertEquals(seenMs <= 3 * INTERVAL_MS + 1000, true, `${seenMs} ms`);
    });
  }

  for (const failure of ["refused", "too large"] as const) {
    Deno.test(`An isolate born long after definitions became ${failure} by ${kind} sees a change, too (FLD-035)`, async () => {
      await using fleet = await createFleet(kind);
      const { store, change, serve, serveUntilSeen } = fleet;
      const isolates = [1, 2, 3].map(fleet.createIsolate);
      await serve(isolates, 2 * INTERVAL_MS);
      store.failure = failure;
      change();
      // Whoever is elected meanwhile hears "unchanged" about what the store has not got.
      await serve(isolates, 10 * INTERVAL_MS);
      const seenMs = await serveUntilSeen([fleet.createIsolate()]);
      assertEquals(seenMs <= 3 * INTERVAL_MS + 1000, true, `${seenMs} ms`);
    });
  }

  for (const failure of ["refused", "too large"] as const) {
    Deno.test(`Who could not write definitions that are ${failure} to ${kind} confirms nothing with them (FLD-035)`, async () => {
      await using fleet = await createFleet(kind);
      const { store, clock } = fleet;
      const [holder, other] = [store.isolate(1), store.isolate(2)];
      const data = (etag: string) => ({
        flags: [{ key: "f", name: "x".repeat(400) }],
        groupTypeMapping: {},
        cohorts: {},
        fetchedAt: clock.now(),
        etag,
      });
      await holder.shouldFetchFlagDefinitions();
      await holder.onFlagDefinitionsReceived(data("old"));
      const storedAt = clock.now();
      await clock.advance(INTERVAL_MS);
      store.failure = failure;
      await holder.shouldFetchFlagDefinitions();
      const ignore = () => {};
      const write = holder.onFlagDefinitionsReceived(data("new"));
      await Promise.resolve(write).catch(ignore);
      for (let turn = 0; turn < 10; turn++) {
        await clock.advance(INTERVAL_MS);
        const isElected = await holder.shouldFetchFlagDefinitions();
        // As another request of the isolate does.
        await holder.getFlagDefinitions();
        if (!isElected) continue;
        const told = holder.onFlagDefinitionsUnchanged?.();
        await Promise.resolve(told).catch(ignore);
      }
      await other.shouldFetchFlagDefinitions();
      const confirmedAt = await other.getConfirmedAt?.() ?? 0;
      assertEquals(confirmedAt <= storedAt + INTERVAL_MS, true);
    });
  }

  Deno.test(`A store that refuses definitions through ${kind} costs one warning, which has their size (FLD-035)`, async () => {
    await using fleet = await createFleet(kind);
    const { store, createIsolate, serve } = fleet;
    store.failure = "refused";
    const isolate = createIsolate();
    await serve([isolate], 7 * INTERVAL_MS);
    const warnings = isolate.logs.filter(({ level }) => level === "warn")
      .map(({ message }) => message.replace(/\d+/, "N"));
    assertEquals(warnings, [
      "The flag definition cache failed in 'onFlagDefinitionsReceived' (N bytes)",
    ]);
  });

  Deno.test(`The lease of ${kind} is given back when definitions can't be written (FLD-035)`, async () => {
    await using fleet = await createFleet(kind);
    const { store, createIsolate, loads, read, clock } = fleet;
    store.failure = "refused";
    await createIsolate().posthog.reloadFeatureFlags();
    store.failure = "none";
    await clock.advance(1000);
    await createIsolate().posthog.reloadFeatureFlags();
    assertEquals([await read(createIsolate()), loads()], ["old", 2]);
  });

  Deno.test(`The lease of ${kind} is given back when a write has not ended by the next interval (FLD-035)`, async () => {
    await using fleet = await createFleet(kind);
    const { store, createIsolate, loads, read, clock } = fleet;
    store.failure = "hanging";
    const first = createIsolate();
    first.posthog.reloadFeatureFlags();
    await clock.advance(INTERVAL_MS);
    store.failure = "none";
    await first.posthog.reloadFeatureFlags();
    await createIsolate().posthog.reloadFeatureFlags();
    assertEquals([await read(createIsolate()), loads()], ["old", 2]);
  });
}

Deno.test("A write that hangs is told from one that is refused, and from one that is too large (FLD-035)", async () => {
  for (
    const [what, options] of [
      ["did not answer 'onFlagDefinitionsReceived' (N bytes) in time", {
        fetch: () => new Promise<never>(() => {}),
        sleep: () => Promise.resolve(),
      }],
      ["found no room in 'onFlagDefinitionsReceived' (N bytes)", {
        fetch: () => Promise.resolve(Response.json([{ result: "OK" }])),
        maxBytes: 10,
      }],
    ] as const
  ) {
    const { posthog, logs } = createTestClient({
      flags: { f: true },
      flagDefinitionCache: redisRestCache({
        url: "https://redis.test",
        token: "t",
        ...options as object,
      }),
    });
    await posthog.reloadFeatureFlags();
    const [last] = logs.filter(({ level }) => level === "warn").slice(-1);
    assertEquals(
      last?.message.replace(/\d+/, "N"),
      `The flag definition cache ${what}`,
    );
  }
});
