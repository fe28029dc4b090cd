import { assertEquals } from "@std/assert";
import {
  type AnyEdgehogError,
  type FlagDefinitionCache,
  type FlagDefinitionCacheData,
  memoryCache,
  type PostHog,
  type PostHogOptions,
  refreshFlagDefinitions,
} from "edgehog";
import { createTestClient, type TestClient } from "edgehog/testing";

/** A world with one cache, in which isolates come and go. */
interface World extends TestClient {
  readonly cache: FlagDefinitionCache;
  /** Entries written, oldest first. */
  readonly written: FlagDefinitionCacheData[];
  createIsolate(options?: PostHogOptions): PostHog;
  setFlag(value: string): void;
  /** Statuses of definitions requests, with the ETag's presence. */
  loads(): (readonly [status: number, isConditional: boolean])[];
}

function createWorld(overrides: Partial<FlagDefinitionCache> = {}): World {
  const first = createTestClient();
  const { emulator, clock } = first;
  const inner = memoryCache({ now: clock.now });
  const written: FlagDefinitionCacheData[] = [];
  const cache: FlagDefinitionCache = {
    ...inner,
    onFlagDefinitionsReceived(data) {
      written.push(data);
      return inner.onFlagDefinitionsReceived(data);
    },
    ...overrides,
  };
  const createIsolate = (options: PostHogOptions = {}) => {
    const { posthog } = createTestClient({
      fetch: emulator.fetch,
      now: clock.now,
      sleep: clock.sleep,
      flagDefinitionCache: cache,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      onError: (error) => void errors.push(error),
      ...options,
    });
    return posthog;
  };
  const errors: AnyEdgehogError[] = [];
  const setFlag = (value: string) => {
    const variants = [{ key: value, rollout_percentage: 100 }];
    const filters = { groups: [{}], multivariate: { variants } };
    emulator.setFlags({ flags: [{ key: "pricing", active: true, filters }] });
  };
  setFlag("monthly");
  return {
    ...first,
    errors,
    posthog: createIsolate(),
    cache,
    written,
    createIsolate,
    setFlag,
    loads: () =>
      emulator.requests.map(({ status, headers }) => [
        status,
        headers["if-none-match"] !== undefined,
      ]),
  };
}

async function getPricing(posthog: PostHog): Promise<unknown> {
  return (await posthog.evaluateFlags("user-1")).getFlag("pricing");
}

Deno.test("refreshFlagDefinitions() writes the cache when something changed, from cold isolates too", async () => {
  const world = createWorld();
  const results: string[] = [];
  const tick = async () => {
    const { kind } = await refreshFlagDefinitions(world.createIsolate());
    results.push(kind);
    await world.clock.advance(60_000);
  };
  await tick();
  await tick();
  world.setFlag("annual");
  await tick();
  await tick();
  assertEquals(results, ["changed", "unchanged", "changed", "unchanged"]);
  assertEquals(world.loads(), [[200, false], [304, true], [200, true], [
    304,
    true,
  ]]);
  assertEquals(world.written.length, 2);
  const reader = world.createIsolate({ personalApiKey: undefined });
  assertEquals(await getPricing(reader), "annual");
  assertEquals(world.loads().length, 4);
});

Deno.test("refreshFlagDefinitions() asks PostHog although another isolate holds the lease", async () => {
  const world = createWorld({ shouldFetchFlagDefinitions: () => false });
  assertEquals(await refreshFlagDefinitions(world.posthog), {
    kind: "changed",
  });
  assertEquals(world.written.length, 1);
});

Deno.test("refreshFlagDefinitions() asks the cache first, so that it may take its lease (FLG-030)", async () => {
  const requests: number[] = [];
  const world = createWorld({
    shouldFetchFlagDefinitions() {
      requests.push(world.emulator.requests.length);
      return true;
    },
  });
  await refreshFlagDefinitions(world.posthog);
  assertEquals([requests, world.emulator.requests.length], [[0], 1]);
});

Deno.test("refreshFlagDefinitions() fills a cache that lost its entry, whatever memory holds", async () => {
  let isLost = false;
  const world = createWorld();
  const cache: FlagDefinitionCache = {
    ...world.cache,
    getFlagDefinitions: () =>
      isLost ? undefined : world.cache.getFlagDefinitions(),
  };
  const posthog = world.createIsolate({ flagDefinitionCache: cache });
  await refreshFlagDefinitions(posthog);
  isLost = true;
  assertEquals(await refreshFlagDefinitions(posthog), { kind: "changed" });
  assertEquals(world.loads(), [[200, false], [200, false]]);
  assertEquals(world.written.length, 2);
});

Deno.test("refreshFlagDefinitions() takes an entry that another isolate wrote into memory", async () => {
  const world = createWorld();
  await refreshFlagDefinitions(world.posthog);
  world.setFlag("annual");
  await refreshFlagDefinitions(world.createIsolate());
  assertEquals(await getPricing(world.posthog), "monthly");
  assertEquals(await refreshFlagDefinitions(world.posthog), {
    kind: "unchanged",
  });
  assertEquals(await getPricing(world.posthog), "annual");
  assertEquals(world.loads().at(-1), [304, true]);
});

Deno.test("refreshFlagDefinitions() uses memory's ETag where a provider drops it", async () => {
  const world = createWorld();
  const cache: FlagDefinitionCache = {
    ...world.cache,
    async getFlagDefinitions() {
      const { etag: _, ...rest } = await world.cache.getFlagDefinitions() ?? {};
      return rest as FlagDefinitionCacheData;
    },
  };
  const posthog = world.createIsolate({ flagDefinitionCache: cache });
  await refreshFlagDefinitions(posthog);
  assertEquals(await refreshFlagDefinitions(posthog), { kind: "unchanged" });
});

Deno.test("refreshFlagDefinitions() settles after the cache was written", async () => {
  const world = createWorld({
    async onFlagDefinitionsReceived() {
      await world.clock.sleep(1500);
    },
  });
  let isSettled = false;
  const refresh = refreshFlagDefinitions(world.posthog);
  refresh.then(() => isSettled = true);
  await world.clock.advance(1499);
  assertEquals([isSettled, world.posthog.isLocalEvaluationReady()], [
    false,
    true,
  ]);
  await world.clock.advance(1);
  assertEquals(await refresh, { kind: "changed" });
});

Deno.test("refreshFlagDefinitions() works on memory alone, too", async () => {
  const world = createWorld();
  const posthog = world.createIsolate({ flagDefinitionCache: undefined });
  assertEquals([
    await refreshFlagDefinitions(posthog),
    await refreshFlagDefinitions(posthog),
    world.loads(),
  ], [{ kind: "changed" }, { kind: "unchanged" }, [[200, false], [304, true]]]);
});

Deno.test("refreshFlagDefinitions() does not wait after a failure", async () => {
  const world = createWorld();
  world.emulator.failNext({ path: "/flags/definitions", status: 401 });
  const failed = await refreshFlagDefinitions(world.posthog);
  assertEquals(failed, {
    kind: "failed",
    reason:
      "Cannot load flag definitions: https://us.i.posthog.com answered 401, check the key and its region",
  });
  assertEquals(await refreshFlagDefinitions(world.posthog), {
    kind: "changed",
  });
});

Deno.test("refreshFlagDefinitions() says so when a newer load was faster", async () => {
  const world = createWorld();
  world.emulator.failNext({ path: "/flags/definitions", answerDelayMs: 500 });
  const slow = refreshFlagDefinitions(world.posthog);
  await world.clock.settle();
  world.setFlag("annual");
  const { kind } = await refreshFlagDefinitions(world.posthog);
  await world.clock.advance(500);
  assertEquals([kind, await slow], ["changed", {
    kind: "failed",
    reason: "Another load of the flag definitions was faster",
  }]);
  assertEquals(await getPricing(world.posthog), "annual");
  assertEquals(world.written.length, 1);
});

interface FailureRow {
  readonly name: string;
  readonly options?: PostHogOptions;
  readonly before?: (world: World, posthog: PostHog) => unknown;
  readonly pass?: (posthog: PostHog) => unknown;
  readonly reason: string;
  readonly errors: readonly string[];
}

const FOREIGN =
  "Cannot refresh the flag definitions: 'posthog' is no client with feature flags; pass a PostHog, or one made with 'featureFlags', not a scope or a wrapper";
const CLOSED =
  "Cannot refresh the flag definitions: the client is disabled or was shut down";

const FAILURES: readonly FailureRow[] = [
  {
    name: "no key",
    options: { personalApiKey: undefined },
    reason:
      "Cannot refresh the flag definitions: neither 'secretKey' nor 'personalApiKey' is given",
    errors: ["config"],
  },
  {
    name: "local evaluation switched off",
    options: { enableLocalEvaluation: false },
    reason:
      "Cannot refresh the flag definitions: 'enableLocalEvaluation' is false",
    errors: ["config"],
  },
  {
    name: "a client that was shut down",
    before: (_, posthog) => posthog.shutdown(),
    reason: CLOSED,
    errors: [],
  },
  {
    name: "a disabled client",
    options: { disabled: true },
    reason: CLOSED,
    errors: [],
  },
  {
    name: "a scope",
    pass: (posthog) => posthog.forRequest(),
    reason: FOREIGN,
    errors: [],
  },
  { name: "nothing", pass: () => undefined, reason: FOREIGN, errors: [] },
  {
    name: "a copy",
    pass: (posthog) => ({ ...posthog }),
    reason: FOREIGN,
    errors: [],
  },
  {
    name: "a PostHog that can't be reached",
    before: ({ emulator }) => emulator.failNext({ drop: "connection" }),
    reason:
      "Cannot load flag definitions: PostHog could not be reached: TypeError: The emulator dropped the connection",
    errors: ["network"],
  },
  {
    name: "a quota that is used up",
    before: ({ emulator }) => emulator.setQuotaLimited(["feature_flags"]),
    reason: "Cannot load flag definitions: PostHog answered 402",
    errors: ["quota"],
  },
  {
    name: "a cache that can't be written",
    before: ({ cache }) =>
      Object.assign(cache, {
        onFlagDefinitionsReceived: () => Promise.reject(new Error("full")),
      }),
    reason: "The flag definition cache was not written",
    errors: ["callback"],
  },
  {
    name: "a cache that hangs when it is written",
    before: ({ cache }) =>
      Object.assign(cache, {
        onFlagDefinitionsReceived: () => new Promise(() => {}),
      }),
    reason: "The flag definition cache was not written",
    errors: ["callback"],
  },
  {
    name: "a server that answers 304 to no ETag",
    before: ({ emulator }) =>
      emulator.failNext({ status: 304, body: "", times: 2 }),
    reason: "PostHog answered 304 to a request without an ETag",
    errors: [],
  },
];

for (const { name, options, before, pass, reason, errors } of FAILURES) {
  Deno.test(`refreshFlagDefinitions() fails with a reason for ${name}`, async () => {
    const world = createWorld();
    const posthog = world.createIsolate(options);
    await before?.(world, posthog);
    const given = pass ? pass(posthog) : posthog;
    const refresh = refreshFlagDefinitions(given as PostHog);
    await world.clock.advance(2000);
    assertEquals(await refresh, { kind: "failed", reason });
    assertEquals(world.errors.map(({ code }) => code), errors);
  });
}
