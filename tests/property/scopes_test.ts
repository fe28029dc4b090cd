import { assert, assertEquals } from "@std/assert";
import {
  createTestClient,
  type PostHog,
  type TestClient,
} from "edgehog/testing";
import type { RequestScope } from "edgehog";
import fc from "fast-check";

/** Something that a request does between two waits. */
type Step =
  | "capture"
  | "captureNow"
  | "identify"
  | "setContext"
  | "withContext"
  | "fresh"
  | "evaluate"
  | "getFlag"
  | "fetch"
  | "client";

const STEP = fc.constantFrom<Step>(
  "capture",
  "captureNow",
  "identify",
  "setContext",
  "withContext",
  "fresh",
  "evaluate",
  "getFlag",
  "fetch",
  "client",
);

interface Visit {
  /** How the scope gets its promises kept. */
  readonly waits: "ctx" | "init" | "nobody";
  /** Where the identity comes from. */
  readonly by: "header" | "init" | "cookie" | "nothing";
  readonly steps: readonly Step[];
}

const VISIT: fc.Arbitrary<Visit> = fc.record({
  waits: fc.constantFrom<Visit["waits"]>("ctx", "init", "nobody"),
  by: fc.constantFrom<Visit["by"]>("header", "init", "cookie", "nothing"),
  steps: fc.array(STEP, { minLength: 1, maxLength: 6, size: "max" }),
});

const FLAGS = { beta: true, pricing: "annual" };

/** Waits until it is its turn; what other requests do comes in between, in any order. */
type Pause = () => Promise<unknown>;

/** The world of one run: a client, its waits, and what did not fit. */
interface World {
  readonly posthog: PostHog;
  readonly now: number;
  readonly pause: Pause;
  readonly pending: Promise<unknown>[];
  readonly wrong: string[];
}

function openScope(
  { posthog, now, pending }: World,
  { waits, by }: Visit,
  n: number,
): RequestScope {
  const waitUntil = (promise: Promise<unknown>) => void pending.push(promise);
  const ids = { distinctId: `user-${n}`, sessionId: `session-${n}` };
  const stored = {
    "distinct_id": ids.distinctId,
    "$user_state": "identified",
    "$sesid": [now, ids.sessionId, now],
  };
  const headers: Record<string, string> = by === "header"
    ? {
      "x-posthog-distinct-id": ids.distinctId,
      "x-posthog-session-id": ids.sessionId,
    }
    : by === "cookie"
    ? { cookie: `ph_phc_test_posthog=${JSON.stringify(stored)}` }
    : {};
  return posthog.forRequest(
    { url: `https://shop.example/${n}`, headers },
    waits === "ctx" ? { waitUntil } : undefined,
    {
      properties: { request: n },
      readPostHogCookie: by === "cookie",
      ...(by === "init" && ids),
      ...(waits === "init" && { waitUntil }),
    },
  );
}

/** Lives one visit, and looks after each wait whether the scope is still that of its request. */
async function live(world: World, visit: Visit, n: number): Promise<void> {
  const { posthog, pause, wrong } = world;
  const hog = openScope(world, visit, n);
  let isKnown = visit.by !== "nothing";
  const check = (what: string, actual: unknown, expected: unknown) => {
    if (actual !== expected) wrong.push(`${n} ${what}: ${actual}`);
  };
  const traced = hog.wrapFetch((_input, init) => {
    const sent = new Headers(init?.headers).get("x-posthog-distinct-id");
    check("header", sent, isKnown ? `user-${n}` : null);
    return Promise.resolve(new Response(""));
  }, { hostnames: ["stock.example"] });

  for (const step of visit.steps) {
    await pause();
    check("id", hog.distinctId, isKnown ? `user-${n}` : undefined);
    check("property", hog.properties["request"], n);
    check("path", hog.properties["$request_path"], `/${n}`);
    const properties = { owner: n };
    switch (step) {
      case "capture":
        hog.capture({ event: "captured", properties });
        break;
      case "captureNow":
        await hog.captureImmediate({ event: "captured now", properties });
        break;
      case "identify":
        if (isKnown) hog.identify({ properties: { "$set": { n } } });
        break;
      case "setContext":
        hog.setContext({
          distinctId: `user-${n}`,
          sessionId: `session-${n}`,
          properties: { late: n },
        });
        isKnown = true;
        break;
      case "withContext":
        await hog.withContext(
          { distinctId: `user-${n}`, properties: { inner: n } },
          async (inner) => {
            await pause();
            inner.capture({ event: "inner", properties });
            inner.setContext({ properties: { innermost: n } });
            await pause();
            (await inner.evaluateFlags()).isEnabled("beta");
          },
        );
        break;
      case "fresh":
        await hog.withContext({}, async (inner) => {
          await pause();
          inner.capture({ event: "fresh" });
        }, { fresh: true });
        break;
      case "evaluate": {
        const flags = await hog.evaluateFlags();
        await pause();
        check("flag", flags.isEnabled("beta"), isKnown);
        hog.capture({ event: "with flags", flags, properties });
        break;
      }
      case "getFlag": {
        const before = isKnown ? "annual" : undefined;
        check("variant", await hog.getFeatureFlag("pricing"), before);
        break;
      }
      case "fetch":
        await traced("https://stock.example/");
        break;
      case "client":
        posthog.capture({ event: "client", distinctId: "cron" });
    }
  }
  await pause();
  await hog.flush();
}

/** The number in what is about one request, wherever it stands. */
function ownersOf(distinctId: string, properties: object): Set<string> {
  const text = JSON.stringify([distinctId, properties]);
  const found = text.matchAll(
    /(?:user-|session-|shop\.example\/|"(?:request|owner|late|inner|innermost|n)":)(\d+)/g,
  );
  return new Set(Array.from(found, ([, n = ""]) => n));
}

let events = 0;
let mixed = 0;

const overlapping = fc.asyncProperty(
  fc.scheduler(),
  fc.array(VISIT, { minLength: 2, maxLength: 6, size: "max" }),
  fc.boolean(),
  async (scheduler, visits, isRemote) => {
    const order: number[] = [];
    const client: TestClient = createTestClient({
      flags: FLAGS,
      ...(isRemote && { personalApiKey: undefined }),
      // The network's answers come in any order, too.
      fetch: async (url, init) => {
        await scheduler.schedule(Promise.resolve());
        return emulator.fetch(url, init);
      },
    });
    const { posthog, emulator, clock } = client;
    const pending: Promise<unknown>[] = [];
    const wrong: string[] = [];
    const ends = visits.map(async (visit, n) => {
      const pause = async () => {
        await scheduler.schedule(Promise.resolve());
        order.push(n);
      };
      const now = clock.now();
      await live({ posthog, now, pause, pending, wrong }, visit, n);
    });
    const run = async (work: Promise<unknown>) => {
      let isOver = false;
      const end = work.then(() => isOver = true);
      for (let turn = 0; !isOver; turn++) {
        assert(turn < 10_000, "a request hangs");
        if (scheduler.count() > 0) {
          await scheduler.waitOne();
          continue;
        }
        await clock.settle();
        if (scheduler.count() === 0 && !isOver) await clock.advance(25);
      }
      await end;
    };
    await run(Promise.all(ends));
    await run(Promise.all(pending));
    await run(posthog.flush());
    assertEquals(wrong, []);

    for (const { event, distinctId, properties } of emulator.events) {
      const owners = [...ownersOf(distinctId, properties)];
      const isNobodys = event === "fresh" || event === "client";
      assertEquals([event, owners.length], [event, isNobodys ? 0 : 1]);
      const { request } = properties;
      assertEquals(String(request), isNobodys ? "undefined" : owners[0]);
    }
    events += emulator.events.length;
    const turns = order.filter((n, place) => n !== order[place - 1]).length;
    if (turns > visits.length) mixed++;
  },
);

Deno.test("interleaved requests never leak into each other, in whatever order they go on (CTX-014, CTX-016, CTX-017, CTX-036)", async () => {
  for (const seed of [1, 2]) {
    await fc.assert(overlapping, { seed, numRuns: 60 });
  }
  assert(events > 500, `${events} events show too little`);
  assert(mixed > 60, `${mixed} mixed orders show too little`);
});

Deno.test("100 requests at once keep their own identity and properties (CTX-016)", async () => {
  const { posthog, emulator, clock } = createTestClient({ flags: FLAGS });
  const delays = fc.sample(fc.constantFrom(5, 10), {
    seed: 7,
    numRuns: 300,
  });
  const pending: Promise<unknown>[] = [];
  const wrong: string[] = [];
  const steps: Step[] = ["capture", "setContext", "evaluate", "withContext"];
  const sources: Visit["by"][] = ["header", "init", "cookie", "nothing"];
  const ways: Visit["waits"][] = ["ctx", "init", "nobody"];
  const ends = Array.from({ length: 100 }, (_, n) => {
    let turn = n;
    const pause = () => clock.sleep(delays[turn++ % delays.length] ?? 0);
    const visit: Visit = {
      waits: ways[n % 3] ?? "ctx",
      by: sources[n % 4] ?? "init",
      steps: n % 2 ? steps : steps.toReversed(),
    };
    const world = { posthog, now: clock.now(), pause, pending, wrong };
    return live(world, visit, n);
  });
  await clock.advance(60_000);
  await Promise.all([...ends, ...pending]);
  await posthog.flush();
  assertEquals(wrong, []);
  assert(emulator.events.length >= 400, `${emulator.events.length} events`);
  for (const { event, distinctId, properties } of emulator.events) {
    const owners = [...ownersOf(distinctId, properties)];
    assertEquals([event, owners], [event, [String(properties["request"])]]);
  }
});
