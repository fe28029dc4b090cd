import { assertEquals } from "@std/assert";
import {
  type FlagDefinitionCache,
  type FlagDefinitionCacheData,
  memoryCache,
  PostHog,
  type PostHogOptions,
  refreshFlagDefinitions,
} from "edgehog";
import {
  buildFlagDefinitions,
  createFakeClock,
  createPostHogEmulator,
  createRecordingLogger,
} from "edgehog/testing";
import type { FetchLike } from "../../../src/core/platform.ts";
import { createStore, STORES } from "./_stores.ts";

/** A client of a project whose flag has the project's name as its value. */
function createProject(
  name: string,
  flagDefinitionCache: FlagDefinitionCache,
  options: PostHogOptions = {},
) {
  const { fetch } = createPostHogEmulator({
    flags: buildFlagDefinitions({ whose: name }),
  });
  const logger = createRecordingLogger();
  const posthog = new PostHog(`phc_${name}`, {
    personalApiKey: "phx_1",
    flagDefinitionCache,
    strictLocalEvaluation: true,
    disableSingletonWarning: true,
    logger,
    fetch,
    ...options,
  });
  const read = async () =>
    (await posthog.evaluateFlags("user-1")).getFlag("whose");
  return { posthog, read, logger };
}

for (const kind of STORES) {
  Deno.test(`Two projects in one ${kind} never mix, with a key or without (FLD-084)`, async () => {
    const clock = createFakeClock();
    const { now } = clock;
    await using store = createStore(kind, clock);
    const shared = store.isolate(1);
    const seen: unknown[] = [];
    for (const name of ["one", "two"]) {
      const { posthog, read } = createProject(name, shared, { now });
      await posthog.reloadFeatureFlags();
      seen.push(await read());
    }
    // The same cache, and another isolate's.
    for (const cache of [shared, store.isolate(2)]) {
      for (const name of ["one", "two", "three"]) {
        const options = { personalApiKey: undefined, now };
        seen.push(await createProject(name, cache, options).read());
      }
    }
    const read = ["one", "two", undefined];
    assertEquals(seen, ["one", "two", ...read, ...read]);
  });

  Deno.test(`What ${kind} holds without a project is read where there is nothing else, unless it is another's (FLD-084)`, async () => {
    const clock = createFakeClock();
    const { now } = clock;
    await using store = createStore(kind, clock);
    const cache = store.isolate(1);
    const stored = await fetchData("one");
    const { project: _, ...bare } = stored;
    const seen: unknown[] = [];
    for (const data of [bare, stored]) {
      await cache.onFlagDefinitionsReceived({
        ...data,
        etag: now().toString(),
      });
      for (const name of ["one", "two"]) {
        const options = { personalApiKey: undefined, now };
        seen.push(await createProject(name, cache, options).read());
      }
      await cache.onFlagDefinitionsReceived({ ...stored, etag: "other" });
    }
    assertEquals(seen, ["one", "one", "one", undefined]);
  });
}

/** What a client of the project gives to a cache. */
async function fetchData(name: string): Promise<FlagDefinitionCacheData> {
  const provider = createProvider();
  await createProject(name, provider).posthog.reloadFeatureFlags();
  if (!provider.entry) throw new Error("Nothing was stored");
  return provider.entry;
}

/** A provider written for posthog-node: it has room for one entry, and knows no projects. */
function createProvider(): FlagDefinitionCache & {
  entry: FlagDefinitionCacheData | undefined;
  writes: number;
} {
  return {
    entry: undefined,
    writes: 0,
    getFlagDefinitions() {
      return this.entry;
    },
    shouldFetchFlagDefinitions: () => true,
    onFlagDefinitionsReceived(data) {
      this.writes++;
      this.entry = JSON.parse(JSON.stringify(data));
    },
    shutdown() {},
  };
}

Deno.test("An entry of another project in a provider counts as none, with one warning, and is not overwritten (FLD-084)", async () => {
  const provider = createProvider();
  const one = createProject("one", provider);
  assertEquals(await one.read(), "one");
  const { entry } = provider;
  const two = createProject("two", provider);
  assertEquals(await two.read(), "two");
  await two.posthog.reloadFeatureFlags();
  assertEquals(await refreshFlagDefinitions(two.posthog), {
    kind: "failed",
    reason: "The flag definition cache was not written",
  });
  assertEquals([provider.writes, provider.entry === entry], [1, true]);
  assertEquals(
    two.logger.entries.filter(({ level }) => level === "warn").map((
      { message },
    ) => message),
    [
      "The flag definition cache is another project's: it is neither used nor written",
    ],
  );
  const reader = createProject("two", provider, { personalApiKey: undefined });
  assertEquals(await reader.read(), undefined);
});

Deno.test("An entry without a project is whoever's reads it, and is replaced as ever (FLD-084)", async () => {
  const provider = createProvider();
  const { project, ...bare } = await fetchData("one");
  assertEquals(typeof project, "string");
  provider.entry = { ...bare, etag: "old" };
  const reader = createProject("two", provider, { personalApiKey: undefined });
  assertEquals(await reader.read(), "one");
  assertEquals(await createProject("two", provider).read(), "two");
  assertEquals(provider.writes, 1);
});

Deno.test("Each call of a cache has the same digest of the project's token as its last argument (FLD-084)", async () => {
  const seen = new Map<string, unknown>();
  const note = (name: string, ...given: unknown[]) => {
    seen.set(name, given.at(-1));
  };
  const cache: FlagDefinitionCache = {
    getFlagDefinitions: (...given) => note("get", ...given) as undefined,
    shouldFetchFlagDefinitions(...given) {
      note("should", ...given);
      return true;
    },
    onFlagDefinitionsReceived: (...given) => note("received", ...given),
    onFlagDefinitionsUnchanged: (...given) => note("unchanged", ...given),
    shutdown: (...given) => note("shutdown", ...given),
  };
  const { posthog } = createProject("one", cache);
  await posthog.reloadFeatureFlags();
  await posthog.reloadFeatureFlags();
  await posthog.shutdown();
  const [digest] = new Set(seen.values());
  assertEquals([seen.size, new Set(seen.values()).size], [5, 1]);
  assertEquals(/^[\da-z]{6,}$/.test(String(digest)), true);
});

Deno.test("With one key of several projects each client asks for its own, and stores it as such (FLD-084)", async () => {
  const documents = new Map(["one", "two"].map((name) => [
    `phc_${name}`,
    createPostHogEmulator({ flags: buildFlagDefinitions({ whose: name }) }),
  ]));
  const asked: unknown[] = [];
  const fetch: FetchLike = async (input, init) => {
    const { pathname, searchParams } = new URL(input);
    const token = searchParams.get("token") ?? "";
    if (pathname === "/flags/definitions") {
      asked.push([token, new Headers(init.headers).get("Authorization")]);
    }
    const emulator = documents.get(token);
    return await emulator?.fetch(input, init) ??
      new Response("", { status: 404 });
  };
  const cache = memoryCache();
  const seen: unknown[] = [];
  for (const name of ["one", "two", "one", "two"]) {
    seen.push(await createProject(name, cache, { fetch }).read());
  }
  assertEquals(seen, ["one", "two", "one", "two"]);
  assertEquals(asked, [
    ["phc_one", "Bearer phx_1"],
    ["phc_two", "Bearer phx_1"],
  ]);
});
