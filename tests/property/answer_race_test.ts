import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PostHog } from "edgehog";
import {
  createFakeClock,
  createPostHogEmulator,
  type FakeClock,
} from "edgehog/testing";

/** Something that falls on one moment with others. */
type Deed = "answer" | "flush deadline" | "shutdown deadline" | "capture";

/** What is set up, and the order in which it is: waits that end at one moment end in the order in which they began. */
interface Race {
  readonly order: readonly Deed[];
  /** Who sends. */
  readonly by: "client" | "scope" | "flush";
  readonly captureMode: "v0" | "v1";
  /** When each falls due after the answer, in ms. */
  readonly lateMs: Readonly<Record<"flush" | "shutdown", number>>;
  /** Whether the request's own deadline falls on the same moment too. */
  readonly timesOut: boolean;
}

const RACE: fc.Arbitrary<Race> = fc.record({
  order: fc.shuffledSubarray<Deed>(
    ["answer", "flush deadline", "shutdown deadline", "capture"],
    { minLength: 4 },
  ),
  by: fc.constantFrom<Race["by"]>("client", "scope", "flush"),
  captureMode: fc.constantFrom<Race["captureMode"]>("v0", "v1"),
  lateMs: fc.record({
    flush: fc.constantFrom(0, 0, 0, 1, -1),
    shutdown: fc.constantFrom(0, 0, 0, 1, -1),
  }),
  timesOut: fc.boolean(),
});

const AT_MS = 1000;

/** Waits that end at `moment` do so in one turn, in the order in which they began; a fake clock takes a turn for each. */
function createMoment(clock: FakeClock) {
  const moment = clock.now() + AT_MS;
  const together = new Set<() => void>();
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (clock.now() + Math.ceil(ms) !== moment) return clock.sleep(ms, signal);
    return new Promise((resolve) => {
      const end = () => {
        together.delete(end);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      if (signal?.aborted) return end();
      together.add(end);
      signal?.addEventListener("abort", end);
    });
  };
  const come = () => {
    for (const end of [...together]) end();
  };
  return { sleep, come, size: () => together.size };
}

async function run(race: Race): Promise<{ acknowledged: number }> {
  const { order, by, captureMode, lateMs, timesOut } = race;
  const acknowledged = new Set<string>();
  const delivered: string[] = [];
  const dropped: string[] = [];
  const again: string[] = [];
  let begin: (() => void) | undefined;
  const clock = createFakeClock();
  const moment = createMoment(clock);
  const emulator = createPostHogEmulator({ clock });
  const posthog = new PostHog("phc_x", {
    now: clock.now,
    sleep: Object.assign(moment.sleep, { look: clock.look }),
    disableCompression: true,
    disableSingletonWarning: true,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    captureMode,
    flushAt: by === "flush" ? 100 : 1,
    ...(by !== "flush" && { flushAt: undefined }),
    retryJitter: 0,
    ...(timesOut && { requestTimeout: AT_MS }),
    fetch: async (input, init) => {
      const text = new TextDecoder().decode(init?.body as Uint8Array);
      const { batch } = JSON.parse(text) as { batch: { uuid: string }[] };
      for (const { uuid } of batch) {
        if (acknowledged.has(uuid)) again.push(uuid);
      }
      if (begin) {
        // The wait for the answer takes its place among the others.
        const { promise, resolve } = Promise.withResolvers<void>();
        const start = begin;
        begin = undefined;
        startAnswer = () => {
          moment.sleep(AT_MS).then(resolve);
        };
        start();
        await promise;
      }
      const response = await emulator.fetch(input, {
        ...init,
        signal: null,
      });
      // Its last byte is there: the server has acknowledged.
      for (const { uuid } of batch) acknowledged.add(uuid);
      return response;
    },
  });
  let startAnswer = () => {};
  posthog.on("flush", (uuids) => void delivered.push(...uuids));
  posthog.on("drop", ({ uuid = "" }) => void dropped.push(uuid));
  const hog = by === "scope"
    ? posthog.forRequest(undefined, { waitUntil() {} }, { distinctId: "u" })
    : posthog;
  const event = { distinctId: "u", event: "e" };
  const { promise: hasBegun, resolve } = Promise.withResolvers<void>();
  begin = resolve;
  const uuids = [hog.capture(event), hog.capture(event)];
  const open: Promise<unknown>[] = [];
  if (by === "flush") {
    open.push(hog.flush(AT_MS + lateMs.flush));
  }
  await hasBegun;
  await clock.settle();
  for (const deed of order) {
    if (deed === "answer") startAnswer();
    else if (deed === "flush deadline" && by !== "flush") {
      open.push(hog.flush(AT_MS + lateMs.flush));
    } else if (deed === "shutdown deadline") {
      open.push(posthog.shutdown(AT_MS + lateMs.shutdown));
    } else if (deed === "capture") hog.capture(event);
  }
  await clock.advance(AT_MS);
  moment.come();
  await clock.settle();
  // What was there in time was read in time.
  const inTime = uuids.filter((uuid = "") => acknowledged.has(uuid));
  await clock.advance(120_000);
  await Promise.all(open);
  assertEquals(again, [], "what was acknowledged is never sent again");
  if (lateMs.flush >= 0 && lateMs.shutdown >= 0) {
    assertEquals(inTime.length, 2, "the answer came in time");
    assertEquals(
      uuids.filter((uuid = "") => !delivered.includes(uuid)),
      [],
      "what was acknowledged counts as delivered",
    );
  }
  assertEquals(delivered.filter((uuid) => dropped.includes(uuid)), []);
  assertEquals(new Set(delivered).size, delivered.length);
  assertEquals([clock.pending, moment.size()], [0, 0]);
  return { acknowledged: inTime.length };
}

Deno.test("what the server acknowledged is never sent again and counts as delivered, in whatever order its answer, a flush's deadline and a shutdown's come (FLD-091)", async () => {
  let acknowledged = 0;
  const told = fc.asyncProperty(RACE, async (race) => {
    acknowledged += (await run(race)).acknowledged;
  });
  for (const seed of [1, 2, 3, 4]) {
    await fc.assert(told, { seed, numRuns: 100 });
  }
  assert(acknowledged > 200, `${acknowledged} answers show too little`);
});
