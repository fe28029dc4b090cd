import { assert, assertEquals } from "@std/assert";
import { withPostHog } from "edgehog";
import {
  createSeededRandom,
  createTestClient,
  type Fault,
  type TestClient,
} from "edgehog/testing";

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How far the clock jumps, to and fro: seconds, an hour or three, thirty days. */
const JUMPS_MS = [
  2,
  7 * SECOND_MS,
  40 * SECOND_MS,
  HOUR_MS,
  3 * HOUR_MS,
  30 * DAY_MS,
];

/** A world in which the application's clock may jump while time goes on, and all that a client waits for. */
function createJumpingWorld() {
  let skewMs = 0;
  const faults = new Map<string, Fault>();
  const client: TestClient = createTestClient({
    now: () => client.clock.now() + skewMs,
    flags: describe(false),
    captureMode: "v1",
    retryJitter: 0,
    fetchRetryCount: 0,
    featureFlagsRequestMaxRetries: 0,
    exceptionRateLimiterBucketSize: 1,
    disableSingletonWarning: true,
  });
  const { posthog, clock, emulator } = client;
  emulator.setFaultPolicy(({ path }) => faults.get(path));
  let count = 0;
  const handle = withPostHog(posthog, (_request: Request) => {
    throw new RangeError("the same each time");
  });
  const state = { isLocalOn: false, isRemoteOn: false };
  /** One request of somebody, after a while: an event, a failure, flags. */
  const visit = async (afterMs = 5 * SECOND_MS) => {
    await clock.advance(afterMs);
    posthog.capture({ distinctId: "user-1", event: `event ${count++}` });
    await handle(new Request("https://a.example/")).catch(() => {});
    const flags = await posthog.evaluateFlags("user-1");
    state.isLocalOn = flags.isEnabled("local");
    state.isRemoteOn = flags.isEnabled("remote");
  };
  const jump = (ms: number) => void (skewMs += ms);
  return { ...client, faults, jump, visit, state, countSent: () => count };
}

/** One flag that is decided locally, and one that PostHog has to be asked for. */
function describe(isOn: boolean) {
  const all = [{ properties: [], "rollout_percentage": isOn ? 100 : 0 }];
  return {
    flags: [
      { id: 1, key: "local", active: true, filters: { groups: all } },
      {
        id: 2,
        key: "remote",
        active: true,
        "ensure_experience_continuity": true,
        filters: { groups: [{ properties: [], "rollout_percentage": 100 }] },
      },
    ],
  };
}

type World = ReturnType<typeof createJumpingWorld>;

/** What can last: how long, how it begins, and how it is seen that it is over. */
interface Wait {
  readonly name: string;
  readonly lengthMs: number;
  begin(world: World): Promise<() => boolean>;
}

const ANALYTICS = "/i/v1/analytics/events";

/** Is over when an event of later is there. */
async function failOnce(
  world: World,
  path: string,
  fault: Fault,
): Promise<void> {
  world.faults.set(path, fault);
  await world.visit();
  world.faults.delete(path);
}

const WAITS: readonly Wait[] = [
  {
    name: "the rest after an outage",
    lengthMs: 30 * SECOND_MS,
    begin: async (world) => {
      await failOnce(world, ANALYTICS, { status: 503 });
      const { length } = world.emulator.events;
      return () => world.emulator.events.length > length;
    },
  },
  {
    name: "the rest that PostHog asked for: a day, of which five minutes count",
    lengthMs: 300 * SECOND_MS,
    begin: async (world) => {
      await failOnce(world, ANALYTICS, { status: 429, retryAfter: 86_400 });
      const { length } = world.emulator.events;
      return () => world.emulator.events.length > length;
    },
  },
  {
    name: "the age of definitions",
    lengthMs: 30 * SECOND_MS,
    begin({ emulator, state }) {
      const isOn = !state.isLocalOn;
      emulator.setFlags(describe(isOn));
      return Promise.resolve(() => state.isLocalOn === isOn);
    },
  },
  {
    name: "the backoff of definitions",
    lengthMs: 120 * SECOND_MS,
    begin: async ({ faults, visit, emulator, state }) => {
      const isOn = !state.isLocalOn;
      emulator.setFlags(describe(isOn));
      faults.set("/flags/definitions", { status: 429, retryAfter: 120 });
      const before = emulator.requests.length;
      const isRefused = () =>
        emulator.requests.slice(before).some(({ path }) =>
          path === "/flags/definitions"
        );
      while (!isRefused()) await visit();
      faults.delete("/flags/definitions");
      return () => state.isLocalOn === isOn;
    },
  },
  {
    name: "the outage of /flags",
    lengthMs: 60 * SECOND_MS,
    begin: async ({ faults, visit, state }) => {
      faults.set("/flags", { drop: "connection" });
      for (let i = 0; i < 8; i++) await visit(60 * SECOND_MS);
      faults.delete("/flags");
      return () => state.isRemoteOn;
    },
  },
  {
    name: "the window of a rate limit",
    lengthMs: 10 * SECOND_MS,
    begin({ emulator }) {
      const count = () =>
        emulator.events.filter(({ event }) => event === "$exception").length;
      const before = count();
      return Promise.resolve(() => count() > before);
    },
  },
];

Deno.test("in 24 hours of a clock that is set back and forth nothing lasts longer than twice its length, and no event is sent twice (FLD-081)", async () => {
  const world = createJumpingWorld();
  const { posthog, clock, emulator, errors, jump, visit } = world;
  const random = createSeededRandom(1);
  const bytes = new Uint8Array(3);
  const startedAt = clock.now();
  await visit();
  await visit();
  let rounds = 0;
  let skewMs = 0;
  while (clock.now() - startedAt < DAY_MS) {
    const wait = WAITS[rounds % WAITS.length];
    if (!wait) break;
    random(bytes);
    const [first = 0, second = 0, share = 0] = bytes;
    const isOver = await wait.begin(world);
    const beganAt = clock.now();
    // Whatever is over is seen by the second visit.
    const visitMs = Math.max(5 * SECOND_MS, wait.lengthMs / 8);
    const jumpAt = wait.lengthMs * share / 255;
    const sizeMs = JUMPS_MS[first % JUMPS_MS.length] ?? 0;
    // To and fro: years away is another test's.
    const jumpMs = (skewMs > 0 || skewMs === 0 && second % 2 ? -1 : 1) * sizeMs;
    let jumpedAt: number | undefined;
    while (!isOver()) {
      // From the jump on: near its start, it is as if it had just begun, and so far back once more.
      const lastedMs = clock.now() - (jumpedAt ?? beganAt);
      assert(
        lastedMs <= 2 * wait.lengthMs + 2 * visitMs,
        `${wait.name} lasts ${lastedMs} ms, after a jump of ${jumpMs} ms`,
      );
      if (jumpedAt === undefined && lastedMs >= jumpAt) {
        jumpedAt = clock.now();
        jump(jumpMs);
        skewMs += jumpMs;
      }
      await visit(visitMs);
    }
    rounds++;
    // Until nothing of it is left.
    for (let i = 0; i < 3; i++) await visit(100 * SECOND_MS);
  }
  assert(rounds > 100, `${rounds} rounds`);
  await clock.advance(600 * SECOND_MS);
  await posthog.flush();
  const events = emulator.events.filter(({ event }) =>
    event.startsWith("event ")
  );
  assertEquals(events.length, world.countSent());
  assert(emulator.events.every(({ arrival }) => arrival === 1), "twice");
  assert(
    errors.every((error) => error.name !== "DeliveryError" || error.retained),
    "something was lost",
  );
});
