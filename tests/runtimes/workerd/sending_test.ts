import { assert, assertEquals } from "@std/assert";
import { createPostHogEmulator, type PostHogEmulator } from "edgehog/dev";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";
import { createWorker, workerTest } from "../../_kit/workerd.ts";
import { within } from "../../_kit/within.ts";

const ENTRY = "tests/runtimes/workerd/_sending_worker.ts";
const LIMIT_MS = 15_000;

/** A PostHog that may be silent, a Worker that sends to it, and what both saw. */
async function createWorld() {
  const emulator = createPostHogEmulator();
  const state = { isSilent: false };
  let heard = Promise.withResolvers<void>();
  let asked = 0;
  const watchers = new Set<() => void>();
  const fetch: PostHogEmulator["fetch"] = async (input, init) => {
    const { pathname } = new URL(String(input));
    if (pathname === "/forever") return await new Promise(() => {});
    if (pathname === "/heard") {
      await within(heard.promise, LIMIT_MS, "a request is made");
      heard = Promise.withResolvers<void>();
      return new Response("heard");
    }
    asked++;
    for (const look of watchers) look();
    heard.resolve();
    if (state.isSilent) return await new Promise(() => {});
    const response = await emulator.fetch(input, init);
    for (const look of watchers) look();
    return response;
  };
  const served = await serveEmulator({ ...emulator, fetch }, 0);
  const worker = await createWorker({ entry: ENTRY });
  const ask = async (path: string, query: Record<string, string> = {}) => {
    const parameters = new URLSearchParams({ host: served.url, ...query });
    const response = await worker.fetch(`${path}?${parameters}`);
    return await response.json();
  };
  const names = () => emulator.events.map(({ event }) => event).sort();
  const distinct = () => new Set(emulator.events.map(({ uuid }) => uuid)).size;
  const reach = (count: () => number, least: number, what: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (count() >= least) resolve();
    };
    watchers.add(look);
    look();
    return within(promise, LIMIT_MS, `${least} ${what}`)
      .finally(() => watchers.delete(look));
  };
  return {
    emulator,
    state,
    worker,
    url: served.url,
    ask,
    names,
    /** How many different events have arrived. */
    distinct,
    /** Resolves when so many different events have arrived. */
    arrived: (least: number) => reach(distinct, least, "events arrive"),
    /** Resolves when so many batches were sent, answered or not. */
    sent: (least: number) => reach(() => asked, least, "batches are sent"),
    isOnce: () => emulator.events.every(({ arrival }) => arrival === 1),
    [Symbol.asyncDispose]: async () => {
      await worker[Symbol.asyncDispose]();
      await served[Symbol.asyncDispose]();
    },
  };
}

workerTest(
  "two captures without ctx in two requests arrive with requests that have one, once by uuid (FLD-003, FLD-004)",
  async () => {
    await using world = await createWorld();
    const { ask, arrived, emulator, names, state } = world;
    state.isSilent = true;
    await ask("/plain", { event: "first", wait: "" });
    const { told } = await ask("/plain", { event: "second" });
    state.isSilent = false;
    assertEquals(told.length, 1, "one warning");
    assert(/forRequest\(request, ctx\).*cloudflare:workers/.test(told[0]));
    // A minute of requests, one a second.
    for (let second = 1; second <= 60; second++) {
      await ask("/skip", { ms: "1000" });
      await ask("/visit", { event: "visit" });
      await arrived(second);
    }
    await arrived(62);
    assertEquals([emulator.events.length, world.distinct()], [62, 62]);
    assertEquals(names().slice(0, 2), ["first", "second"]);
    await ask("/flush");
    assertEquals((await ask("/")).queued, 0);
  },
);

workerTest(
  "fifty requests without ctx, and one with it after their leases: all fifty-one events arrive (FLD-003)",
  async () => {
    await using world = await createWorld();
    const { ask, arrived, state } = world;
    state.isSilent = true;
    for (let n = 0; n < 50; n++) await ask("/plain", { event: `plain ${n}` });
    state.isSilent = false;
    await ask("/skip", { ms: "1000" });
    await ask("/visit", { event: "visit" });
    await arrived(51);
    assertEquals(world.distinct(), 51);
    await ask("/flush");
    assertEquals((await ask("/")).queued, 0);
  },
);

workerTest(
  "a flush never waits for a dead drain, and takes its events over (FLD-003)",
  async () => {
    await using world = await createWorld();
    const { ask, state } = world;
    state.isSilent = true;
    await ask("/plain", { event: "lost", wait: "" });
    state.isSilent = false;
    // The lease of a second is all that keeps it.
    assertEquals(await within(ask("/flush"), 5000, "the flush"), {
      delivered: 1,
      dropped: 0,
      retained: 0,
    });
  },
);

workerTest(
  "two hundred requests at once: each event arrives, once if its request had a ctx (FLD-003, FLD-012)",
  async () => {
    await using world = await createWorld();
    const { ask, arrived, emulator, distinct } = world;
    await Promise.all(
      Array.from(
        { length: 200 },
        (_, n) => ask(n % 4 ? "/visit" : "/plain", { event: `visit ${n}` }),
      ),
    );
    // What requests without a ctx left takes one with it, after their leases.
    await ask("/skip", { ms: "1000" });
    await ask("/visit", { event: "last" });
    await arrived(201);
    await ask("/flush");
    assertEquals((await ask("/")).queued, 0);
    // A request that ended without a ctx takes along the answer to what it had sent: nobody knows of it, and another sends
    // the event again, under its uuid.
    const plain = new Set(
      Array.from({ length: 50 }, (_, n) => `visit ${n * 4}`),
    );
    const repeated = emulator.events.filter(({ event, arrival }) =>
      arrival > 1 && !plain.has(event)
    );
    assertEquals([distinct(), repeated], [201, []]);
  },
);

workerTest(
  "the events of requests whose callers went away in the middle of a send arrive (FLD-003)",
  async () => {
    await using world = await createWorld();
    const { arrived, ask, isOnce, sent, state, url, worker } = world;
    state.isSilent = true;
    const gone = new AbortController();
    const left = Array.from({ length: 20 }, (_, n) => {
      const parameters = new URLSearchParams({ host: url, event: `left ${n}` });
      return worker.fetch(`/slow?${parameters}`, { signal: gone.signal })
        .catch(() => {});
    });
    await sent(20);
    gone.abort();
    await Promise.all(left);
    state.isSilent = false;
    // A scope's lease lasts as long as an attempt and a wait.
    await ask("/skip", { ms: "20000" });
    await ask("/visit", { event: "next" });
    await arrived(21);
    await ask("/flush");
    assertEquals([isOnce(), (await ask("/")).queued], [true, 0]);
  },
);

workerTest(
  "a shutdown sees what scopes of other requests have in flight, by looking (FLD-006)",
  async () => {
    await using world = await createWorld();
    const { ask, arrived, emulator } = world;
    emulator.setFaultPolicy(() => ({ delayMs: 500 }));
    await ask("/visit", { event: "slow" });
    await ask("/visit", { event: "slow" });
    const { told } = await within(ask("/shutdown"), LIMIT_MS, "the shutdown");
    await arrived(2);
    assertEquals(told, ["shutdown: delivered 2, dropped 0, retained 0"]);
  },
);
