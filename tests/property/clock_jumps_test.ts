import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { PostHogOptions } from "edgehog";
import {
  createStoppableClient,
  onDroppingRuntime,
} from "../unit/delivery/_gone.ts";

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** Jumps of the clock, from milliseconds to years, either way. */
const JUMP_MS: fc.Arbitrary<number> = fc.tuple(
  fc.constantFrom(1, 1000, 60_000, 3_600_000, 86_400_000, YEAR_MS),
  fc.integer({ min: 1, max: 20 }),
  fc.constantFrom(-1, 1),
).map(([unit, count, sign]) => unit * count * sign);

/** When the clock jumps, as a share of the span that it hits. */
const SHARE = fc.double({ min: 0, max: 1, noNaN: true });

const EVENT = { distinctId: "user-1", event: "first" };

/** A client whose clock the test moves, by itself and apart from waits. */
function createJumpingClient(options: PostHogOptions = {}) {
  let skewMs = 0;
  const client = createStoppableClient({
    ...options,
    now: () => client.clock.now() + skewMs,
  });
  const jump = (ms: number) => void (skewMs += ms);
  return { ...client, jump };
}

type JumpingClient = ReturnType<typeof createJumpingClient>;

/** A span that begins, and when it must be over at the latest if the clock stands right. */
interface Span {
  readonly name: string;
  readonly lengthMs: number;
  readonly options?: PostHogOptions;
  readonly isOnDroppingRuntime?: boolean;
  begin(client: JumpingClient): Promise<void>;
}

/** Stops a drain in the middle. */
async function stop({ posthog, clock, state }: JumpingClient): Promise<void> {
  state.isGone = true;
  posthog.capture(EVENT);
  await clock.settle();
  state.isGone = false;
}

const SPANS: readonly Span[] = [
  {
    name: "the rest that a server asked for",
    lengthMs: 300_000,
    options: { captureMode: "v1", fetchRetryCount: 0 },
    begin: async ({ posthog, emulator, clock }) => {
      // A day: five minutes of it are kept.
      emulator.failNext({ status: 429, retryAfter: 86_400 });
      posthog.capture(EVENT);
      await clock.settle();
    },
  },
  {
    name: "the rest after an outage",
    lengthMs: 30_000,
    options: { fetchRetryCount: 0 },
    begin: async ({ posthog, emulator, clock }) => {
      emulator.failNext({ status: 503 });
      posthog.capture(EVENT);
      await clock.settle();
    },
  },
  {
    name: "the lease of a dead drain",
    lengthMs: 1000,
    isOnDroppingRuntime: true,
    begin: stop,
  },
  {
    name: "the lease of a dead drain where requests are not stopped",
    lengthMs: 40_000,
    begin: stop,
  },
  {
    name: "the lease of a scope's dead drain",
    lengthMs: 40_000,
    isOnDroppingRuntime: true,
    begin: async ({ posthog, clock, state }) => {
      state.isGone = true;
      posthog.forRequest(undefined, { waitUntil() {} }, EVENT)
        .capture({ event: "first" });
      await clock.settle();
      state.isGone = false;
    },
  },
  {
    name: "the age of an event that is gathered",
    lengthMs: 5000,
    options: { flushInterval: 5000 },
    begin({ posthog }) {
      posthog.capture(EVENT);
      return Promise.resolve();
    },
  },
];

for (const { name, lengthMs, options, isOnDroppingRuntime, begin } of SPANS) {
  Deno.test(`a clock that jumps never makes ${name} last longer than twice its length (FLD-081)`, async () => {
    const told = fc.asyncProperty(JUMP_MS, SHARE, async (jumpMs, share) => {
      const client = createJumpingClient({ retryJitter: 0, ...options });
      const { posthog, clock, emulator, jump } = client;
      await begin(client);
      const beforeMs = Math.floor(lengthMs * share);
      await clock.advance(beforeMs);
      jump(jumpMs);
      const agoMs = beforeMs + jumpMs;
      // Far away it is over at once, near it lasts as long as twice its length from then on.
      const isOver = agoMs >= lengthMs || agoMs < -lengthMs;
      await clock.advance(isOver ? 0 : 2 * lengthMs);
      // Twice: what a dead scope left is looked for at a capture, and taken by the next drain.
      for (let i = 0; i < 2; i++) {
        posthog.capture({ ...EVENT, event: "later" });
        await clock.advance(250);
      }
      const names = emulator.events.map(({ event }) => event);
      assertEquals(names.filter((name) => name === "first"), ["first"]);
    });
    const check = () => fc.assert(told, { seed: 1, numRuns: 60 });
    await (isOnDroppingRuntime ? onDroppingRuntime(check) : check());
  });
}

for (const isOnDroppingRuntime of [true, false]) {
  const where = isOnDroppingRuntime ? "stopped" : "not stopped";
  Deno.test(`a step of milliseconds frees no lease in flight, where requests are ${where} (FLD-081)`, async () => {
    let steps = 0;
    const told = fc.asyncProperty(
      fc.array(fc.integer({ min: -700, max: 700 }), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.boolean(),
      async (jumps, isScopes) => {
        const client = createJumpingClient({ requestTimeout: 10_000 });
        const { posthog, clock, emulator, batches, jump } = client;
        emulator.failNext({ delayMs: 9000 });
        const hog = isScopes
          ? posthog.forRequest(undefined, { waitUntil() {} }, EVENT)
          : posthog;
        hog.capture({ ...EVENT, event: "a" });
        await clock.settle();
        const open: Promise<unknown>[] = [];
        for (const ms of jumps) {
          await clock.advance(1000);
          jump(ms);
          steps++;
          posthog.capture({ ...EVENT, event: "b" });
          open.push(posthog.flush());
          await clock.advance(0);
        }
        await clock.advance(20_000);
        await Promise.all(open);
        assertEquals(batches.filter((names) => names.includes("a")), ["a"]);
        assert(emulator.events.every(({ arrival }) => arrival === 1), "once");
        assertEquals(emulator.events.length, jumps.length + 1);
      },
    );
    const check = () => fc.assert(told, { seed: 1, numRuns: 40 });
    await (isOnDroppingRuntime ? onDroppingRuntime(check) : check());
    assert(steps > 100, `${steps} steps show too little`);
  });
}
