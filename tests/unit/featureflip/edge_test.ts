import { assert, assertEquals } from "@std/assert";
import type { FeatureflipOptions } from "../../../src/featureflip/mod.ts";
import { isLongLived } from "../../../src/featureflip/runtime.ts";
import {
  build,
  createWorld,
  flag,
  loadWorld,
  never,
  status,
  streamWorld,
  valueFlag,
  type World,
} from "./_world.ts";

function withGlobals<T>(globals: Record<string, unknown>, work: () => T): T {
  const names = ["navigator", "EdgeRuntime", "process"];
  const before = names.map((name) =>
    Object.getOwnPropertyDescriptor(globalThis, name)
  );
  const restore = () =>
    names.forEach((name, at) => {
      const descriptor = before[at];
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete (globalThis as Record<string, unknown>)[name];
    });
  for (const name of names) {
    Object.defineProperty(globalThis, name, {
      value: globals[name],
      configurable: true,
      writable: true,
    });
  }
  const result = work();
  if (result instanceof Promise) return result.finally(restore) as T;
  restore();
  return result;
}

Deno.test("whether a runtime lives long is told by its globals (FFL-233)", () => {
  const versions = { node: "20.19.0" };
  const rows: [Record<string, unknown>, boolean][] = [
    [
      { navigator: { userAgent: "Cloudflare-Workers" }, process: { versions } },
      false,
    ],
    [{ EdgeRuntime: "vercel", process: { versions } }, false],
    [{}, false],
    [{ navigator: { userAgent: "Mozilla/5.0" } }, false],
    [{ navigator: { userAgent: "Deno/2.9.6" } }, true],
    [{ navigator: { userAgent: "Node.js/22" } }, true],
    [{ navigator: { userAgent: "Bun/1.4" } }, true],
    [{ process: { versions } }, true],
    [{
      process: {
        get versions() {
          throw new Error("denied");
        },
      },
    }, false],
  ];
  for (const [globals, expected] of rows) {
    assertEquals(
      withGlobals(globals, isLongLived),
      expected,
      Object.keys(globals).join(),
    );
  }
  assertEquals(isLongLived(), true);
});

Deno.test("an isolate has no stream, and loads as it is read (FFL-234)", async () => {
  const world = await loadWorld(undefined, { streaming: true });
  await world.clock.advance(60_000);
  assertEquals([world.streams.length, world.calls.length], [0, 1]);
  world.client.boolVariation("f", {}, false);
  assertEquals(world.calls.length, 2);
});

/** Keeps promises, and says of which objects it was called. */
function createContext() {
  const kept: Promise<unknown>[] = [];
  return {
    kept,
    waitUntil(this: unknown, promise: Promise<unknown>) {
      assert(this === undefined || typeof this === "object");
      (this as { kept: Promise<unknown>[] }).kept.push(promise);
    },
  };
}

Deno.test("loads and events that nobody awaits go to waitUntil, and never reject (FFL-235)", async () => {
  const kept: Promise<unknown>[] = [];
  const world = createWorld(undefined, {
    flushBatchSize: 2,
    waitUntil: (promise) => void kept.push(promise),
  });
  world.answer = () => Promise.reject(new Error("reset"));
  world.client.boolVariation("f", {}, false);
  assertEquals(kept.length, 1);
  world.client.track("a", {});
  assertEquals(kept.length, 2);
  await Promise.all(kept);
  await world.client.flush();
  assertEquals(kept.length, 2);
});

Deno.test("a request's view has a waitUntil of its own, called as its method (FFL-236, FFL-245)", async () => {
  let others = 0;
  const world = createWorld(undefined, {
    flushBatchSize: 1,
    waitUntil: () => void others++,
  });
  const ctx = createContext();
  const view = world.client.forRequest(ctx);
  view.boolVariation("f", {}, false);
  assertEquals([ctx.kept.length, others], [2, 0]);
  await Promise.all(ctx.kept);
  assertEquals(view.initialized, true);
  await view.close();
  assertEquals([view.initialized, world.client.initialized], [true, true]);
  await world.client.close();
  assertEquals([view.initialized, view.boolVariation("f", {}, false)], [
    false,
    false,
  ]);
  assertEquals(view.variationDetail("f", {}, 1), { value: 1, reason: "Error" });
});

Deno.test("a waitUntil that throws does not surface (FFL-237)", () => {
  const fail = () => {
    throw new Error("no");
  };
  const world = createWorld(undefined, { waitUntil: fail, flushBatchSize: 1 });
  assertEquals(world.client.boolVariation("f", {}, false), false);
  assertEquals(
    world.client.forRequest({ waitUntil: fail }).boolVariation("f", {}, false),
    false,
  );
});

Deno.test("no failure in the background is an unhandled rejection (FFL-238)", async () => {
  const rejections: unknown[] = [];
  const listen = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    rejections.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listen);
  try {
    const fails = [
      () => Promise.reject(new Error("a")),
      () => {
        throw new Error("b");
      },
      () => status(500),
      () => new Response("no json"),
    ];
    for (const fail of fails) {
      for (const longLived of [true, false]) {
        const world = createWorld(undefined, { longLived, flushBatchSize: 1 });
        world.answer = fail;
        world.client.boolVariation("f", {}, false);
        await world.clock.advance(120_000);
        world.client.boolVariation("f", {}, false);
        await world.client.close();
        await world.clock.settle();
      }
    }
  } finally {
    globalThis.removeEventListener("unhandledrejection", listen);
  }
  assertEquals(rejections, []);
});

Deno.test("an isolate's request loads for itself while another's load hangs (FFL-239)", async () => {
  const world = createWorld();
  world.answer = () => new Promise(() => {});
  world.client.boolVariation("f", {}, false);
  world.answer = () => undefined;
  await world.client.waitForInitialization();
  assertEquals([world.calls.length, world.client.initialized], [2, true]);
});

Deno.test("an isolate's flush does not wait for another's (FFL-240)", async () => {
  const world = await loadWorld(undefined, { flushBatchSize: 2 });
  world.answer = () => new Promise(() => {});
  world.client.track("a", {});
  world.client.track("b", {});
  world.client.track("c", {});
  world.answer = () => undefined;
  assertEquals(await world.client.flush(), {
    delivered: 1,
    dropped: 0,
    retained: 0,
  });
});

/** A world where a request that sends events may be cancelled: no promise of it settles, timers included. */
async function loadMortalWorld(options?: FeatureflipOptions) {
  let isGone = false;
  const world: World = createWorld(undefined, {
    sleep: (ms, signal) =>
      isGone ? new Promise(() => {}) : world.clock.sleep(ms, signal),
    ...options,
  });
  await world.client.waitForInitialization();
  /** Begins a request that sends what is queued, and is never heard of again. */
  const flushAndDie = () => {
    isGone = true;
    world.answer = () => new Promise(() => {});
    world.client.flush();
    isGone = false;
    world.answer = () => undefined;
  };
  const sent = () =>
    world.to("events").map(({ body }) =>
      (body as { events: { flagKey: string }[] }).events
        .map(({ flagKey }) => flagKey)
    );
  return { ...world, world, flushAndDie, sent };
}

Deno.test("events of a request that is gone are sent again once its time is over, and not before (FFL-178, FFL-185, FFL-240)", async () => {
  const { client, clock, flushAndDie, sent } = await loadMortalWorld({
    flushBatchSize: 2,
  });
  client.track("a", {});
  flushAndDie();
  await clock.advance(1);
  client.track("b", {});
  flushAndDie();
  client.track("c", {});
  await clock.advance(15_998);
  assertEquals((await client.flush()).delivered, 1);
  assertEquals(sent(), [["a"], ["b"], ["c"]]);
  client.track("d", {});
  await clock.advance(2);
  assertEquals(await client.flush(), { delivered: 3, dropped: 0, retained: 0 });
  assertEquals(sent().slice(3), [["a", "b"], ["d"]]);
  await clock.advance(60_000);
  assertEquals(await client.flush(), { delivered: 0, dropped: 0, retained: 0 });
});

Deno.test("an event recorded after that time finds the old ones due (FFL-176, FFL-235)", async () => {
  const { client, clock, flushAndDie, sent } = await loadMortalWorld({
    flushBatchSize: 3,
  });
  client.track("a", {});
  flushAndDie();
  await clock.advance(15_999);
  for (const key of ["b", "c", "d"]) client.track(key, {});
  // Full, and a batch is under way still.
  assertEquals(sent(), [["a"]]);
  await clock.advance(1);
  client.track("e", {});
  await clock.settle();
  assertEquals(sent(), [["a"], ["a", "b", "c"], ["d", "e"]]);
});

Deno.test("an answer past that time changes nothing: another has the events (FFL-178)", async () => {
  for (const code of [202, 503, 400]) {
    let wake: (response: Response) => void = () => {};
    const { world, client, clock, sent } = await loadMortalWorld({
      // The request's deadline does not come: its isolate was frozen.
      sleep: () => new Promise(() => {}),
    });
    client.track("a", {});
    world.answer = ({ path }) =>
      path === "events" ? new Promise((done) => (wake = done)) : undefined;
    const frozen = client.flush();
    world.answer = () => undefined;
    await clock.advance(16_000);
    assertEquals((await client.flush()).delivered, 1);
    wake(status(code));
    assertEquals(await frozen, { delivered: 0, dropped: 0, retained: 0 });
    assertEquals((await client.flush()).delivered, 0);
    assertEquals(sent(), [["a"], ["a"]]);
    assertEquals(world.warnings, []);
  }
});

Deno.test("events under way count among those that are held (FFL-182)", async () => {
  const { client, clock, flushAndDie, events, warnings } =
    await loadMortalWorld({ flushBatchSize: 20_000 });
  for (let at = 0; at < 9_000; at++) client.track(`a${at}`, {});
  flushAndDie();
  for (let at = 0; at < 1_002; at++) client.track(`b${at}`, {});
  await clock.advance(16_000);
  const before = events.length;
  assertEquals((await client.flush()).delivered, 10_000);
  assertEquals(events[before]?.["flagKey"], "a0");
  assertEquals(events[before + 9_000]?.["flagKey"], "b2");
  assertEquals(warnings.length, 2);
});

Deno.test("what comes back to a closed client is told as dropped (FFL-187)", async () => {
  let fail: (response: Response) => void = () => {};
  const world = await loadWorld();
  world.client.track("a", {});
  world.answer = ({ path }) =>
    path === "events" ? new Promise((done) => (fail = done)) : undefined;
  const flushed = world.client.flush();
  await world.client.close();
  assertEquals(world.warnings, []);
  fail(status(503));
  assertEquals((await flushed).retained, 0);
  assertEquals(world.warnings, [
    "[featureflip] Dropped 1 events: the client is closed",
  ]);
});

Deno.test("no timer waits while nothing is under way (FFL-241)", async () => {
  const world = await loadWorld();
  world.client.boolVariation("f", {}, false);
  await world.client.flush();
  assertEquals(world.clock.pending, 0);
  await world.clock.advance(30_000);
  await world.client.refresh();
  assertEquals(world.clock.pending, 0);
  await world.client.close();
  const streaming = await streamWorld();
  await streaming.client.close();
  await streaming.clock.settle();
  assertEquals(streaming.clock.pending, 0);
});

Deno.test("warnings are prefixed, and a logger that throws is no matter (FFL-243)", async () => {
  const world = createWorld({}, {});
  await world.client.waitForInitialization().catch(() => {});
  assert(world.warnings.every((line) => line.startsWith("[featureflip] ")));
  const quiet = await loadWorld();
  quiet.answer = () => status(500);
  await quiet.clock.advance(30_000);
  await quiet.client.refresh();
  quiet.client.track("a", {});
  await quiet.client.flush();
  assertEquals(quiet.warnings, []);
  const debugged: string[] = [];
  const fail = () => {
    throw new Error("no");
  };
  const loud = createWorld({}, {
    logger: { warn: fail, debug: (line) => void debugged.push(line) },
  });
  await loud.client.waitForInitialization().catch(() => {});
  loud.answer = () => status(503);
  loud.client.track("a", {});
  await loud.client.flush();
  assertEquals(debugged.length, 1);
});

Deno.test("a wait longer than a timer holds does not end at once (FFL-244)", async () => {
  const waits: number[] = [];
  const long = 2 ** 40;
  const world = createWorld(undefined, {
    connectTimeout: long,
    readTimeout: long,
    initTimeout: long,
    pollInterval: long,
    longLived: true,
    maxStreamRetries: 0,
    sleep: (ms, signal) => {
      waits.push(ms);
      return new Promise((resolve) =>
        signal?.addEventListener("abort", () => resolve())
      );
    },
  });
  world.answer = ({ init, path }) =>
    path === "events"
      ? undefined
      : path === "stream"
      ? status(500)
      : waits.length < 2
      ? undefined
      : never(init.signal);
  world.client.boolVariation("f", {}, false);
  await world.clock.settle();
  assert(
    waits.length > 1 && waits.every((ms) => ms <= 2 ** 31 - 1),
    waits.join(),
  );
  await world.client.close();
});

Deno.test("it works with the globals of no platform (FFL-242)", async () => {
  const world = createWorld(build([flag("f"), valueFlag("n", 1)]), {
    longLived: "auto",
  });
  await withGlobals({}, async () => {
    await world.client.waitForInitialization();
    assertEquals(world.client.boolVariation("f", {}, false), true);
    await world.client.close();
  });
});
