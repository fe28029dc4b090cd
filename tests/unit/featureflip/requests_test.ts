import { assert, assertEquals } from "@std/assert";
import { USER_AGENT } from "../../../src/core/version.ts";
import {
  build,
  createWorld,
  flag,
  loadWorld,
  never,
  status,
  streamWorld,
} from "./_world.ts";

Deno.test("the first load is one GET of all flags (FFL-020, FFL-024)", async () => {
  const { calls } = await loadWorld(undefined, { baseUrl: "http://h" });
  assertEquals(calls.map(({ method, url }) => [method, url]), [[
    "GET",
    "http://h/v1/sdk/flags",
  ]]);
});

Deno.test("each call carries the bare key, its types and who asks, and no query (FFL-021, FFL-022, FFL-023, FFL-024)", async () => {
  const { client, calls, streams, clock, options, to } = await streamWorld();
  streams[0]?.send(`event: flag.updated\ndata: {"key":"f"}\n\n`);
  await clock.settle();
  client.track("a", {});
  await client.flush();
  await client.close();
  assertEquals(calls.map(({ path }) => path), [
    "flags",
    "stream",
    "flags/f",
    "events",
  ]);
  for (const { headers, url } of calls) {
    assertEquals(headers["Authorization"], options.sdkKey);
    assertEquals(headers["User-Agent"], USER_AGENT);
    assertEquals(new URL(url).search, "");
  }
  assertEquals(to("events")[0]?.headers["Content-Type"], "application/json");
  assertEquals(to("stream")[0]?.headers["Accept"], "text/event-stream");
  assertEquals(to("flags")[0]?.headers["Accept"], "application/json");
});

Deno.test("a flag's key is encoded in the path (FFL-025)", async () => {
  const { client, calls, streams, clock } = await streamWorld();
  streams[0]?.send(`event: flag.updated\ndata: {"key":"a/b ü"}\n\n`);
  streams[0]?.send(`event: flag.updated\ndata: {"key":"\\ud800"}\n\n`);
  await clock.settle();
  assert(calls.some(({ url }) => url.endsWith("/v1/sdk/flags/a%2Fb%20%C3%BC")));
  await client.close();
});

Deno.test("a request without an answer is aborted at its deadline (FFL-026)", async () => {
  const other = await loadWorld(undefined, {
    connectTimeout: 100,
    readTimeout: 200,
  });
  other.answer = ({ init }) => never(init.signal);
  await other.clock.advance(30_000);
  other.client.boolVariation("f", {}, false);
  other.client.track("a", {});
  void other.client.flush();
  await other.clock.advance(299);
  const waiting = other.calls.slice(1);
  assertEquals(
    waiting.map(({ init }) => init.signal.aborted),
    waiting.map(() => false),
  );
  await other.clock.advance(1);
  assertEquals(
    waiting.map(({ init }) => init.signal.aborted),
    waiting.map(() => true),
  );
  assertEquals(waiting.length, 2);
});

Deno.test("the first load is aborted at initTimeout (FFL-027)", async () => {
  const world = createWorld(undefined, { initTimeout: 50 });
  world.answer = ({ init }) => never(init.signal);
  const waited = world.client.waitForInitialization().catch(({ name }) => name);
  await world.clock.advance(49);
  assertEquals(world.calls[0]?.init.signal.aborted, false);
  await world.clock.advance(1);
  assertEquals(world.calls[0]?.init.signal.aborted, true);
  assertEquals(await waited, "InitializationError");
});

Deno.test("no request is made twice (FFL-028)", async () => {
  for (
    const fail of [
      () => status(500),
      () => Promise.reject(new TypeError("reset")),
    ]
  ) {
    const world = createWorld();
    world.answer = fail;
    await world.client.waitForInitialization().catch(() => {});
    world.client.track("a", {});
    await world.client.flush();
    assertEquals(world.calls.map(({ path }) => path), ["flags", "events"]);
  }
});

Deno.test("GETs bypass caches, but not on Workers (FFL-029)", async () => {
  const ask = async () => {
    const { client, calls } = await streamWorld();
    client.track("a", {});
    await client.flush();
    await client.close();
    return calls.map(({ path, init }) => [path, init.cache]);
  };
  assertEquals(await ask(), [["flags", "no-store"], ["stream", "no-store"], [
    "events",
    undefined,
  ]]);
  const { navigator } = globalThis;
  Object.defineProperty(globalThis, "navigator", {
    value: { userAgent: "Cloudflare-Workers" },
    configurable: true,
  });
  try {
    assertEquals(await ask(), [["flags", undefined], ["stream", undefined], [
      "events",
      undefined,
    ]]);
  } finally {
    Object.defineProperty(globalThis, "navigator", {
      value: navigator,
      configurable: true,
    });
  }
});

Deno.test("GETs bypass no cache on Workers that have no navigator yet (FFL-029, FLD-024)", async () => {
  const { navigator } = globalThis;
  const old = globalThis as { navigator?: unknown; WebSocketPair?: unknown };
  Object.defineProperty(old, "navigator", {
    value: undefined,
    configurable: true,
  });
  old.WebSocketPair = class {};
  try {
    const { client, calls } = await streamWorld();
    await client.close();
    assertEquals(calls.map(({ init }) => init.cache), [undefined, undefined]);
  } finally {
    delete old.WebSocketPair;
    Object.defineProperty(old, "navigator", {
      value: navigator,
      configurable: true,
    });
  }
});

Deno.test("a refused key does not end later attempts (FFL-030)", async () => {
  for (const code of [401, 403]) {
    const world = createWorld();
    world.answer = () => status(code);
    await world.client.waitForInitialization().catch(() => {});
    world.answer = () => undefined;
    await world.clock.advance(30_000);
    world.client.boolVariation("f", {}, false);
    await world.clock.settle();
    assertEquals(world.client.initialized, true);
  }
});

Deno.test("Retry-After delays the next load, five minutes at most (FFL-031)", async () => {
  const rows: [number, string, number][] = [
    [429, "120", 120_000],
    [503, "120", 120_000],
    [503, "900", 300_000],
    [503, "Thu, 01 Jan 2026 00:02:30 GMT", 120_000],
    [503, "5", 30_000],
    [500, "120", 30_000],
  ];
  for (const [code, header, waitMs] of rows) {
    const world = await loadWorld();
    await world.clock.advance(30_000);
    world.answer = () => status(code, { "retry-after": header });
    world.client.boolVariation("f", {}, false);
    await world.clock.advance(waitMs - 1);
    world.client.boolVariation("f", {}, false);
    assertEquals(world.to("flags").length, 2, `${code} ${header}`);
    await world.clock.advance(1);
    world.client.boolVariation("f", {}, false);
    assertEquals(world.to("flags").length, 3, `${code} ${header}`);
  }
});

Deno.test("a 200 that is no JSON, and a 2xx that is no 200, are failed loads (FFL-032)", async () => {
  for (
    const answer of [
      () => new Response("<html>"),
      () => status(204),
      () => Response.json(build([]), { status: 203 }),
    ]
  ) {
    const world = await loadWorld(build([flag("f")]));
    world.answer = answer;
    await world.clock.advance(30_000);
    world.client.boolVariation("f", {}, false);
    await world.clock.settle();
    assertEquals(world.client.boolVariation("f", {}, false), true);
    const fresh = createWorld();
    fresh.answer = answer;
    assertEquals(
      await fresh.client.waitForInitialization().catch(({ name }) => name),
      "InitializationError",
    );
  }
});
