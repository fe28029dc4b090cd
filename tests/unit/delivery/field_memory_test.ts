import { assert, assertEquals } from "@std/assert";
import { PostHog } from "edgehog";
import { createFakeClock } from "edgehog/testing";
import v8 from "node:v8";
import vm from "node:vm";

v8.setFlagsFromString("--expose-gc");
const collectGarbage: () => void = vm.runInNewContext("gc");

const SCOPES = 10_000;
const WAVES = 10;

/** Visits before anything is measured: as many as leave every event in the queue. */
const WARM_UP = 400;
const MAX_BYTES = 10_000_000;

/** One byte a letter: large enough for what stands around an event to be small beside it. */
const TEXT_LENGTH = 20_000;

/** Bytes that live on, whoever holds them. */
function measureHeap(): number {
  collectGarbage();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** A client whose server is dead, and what it says of events that made room. */
function createFixture() {
  const clock = createFakeClock();
  const lost = { dropped: 0, told: 0 };
  const posthog = new PostHog("phc_x", {
    fetch: () => Promise.reject(new TypeError("refused")),
    now: clock.now,
    sleep: clock.sleep,
    maxQueueBytes: MAX_BYTES,
    maxQueueSize: SCOPES,
    disableCompression: true,
    disableSingletonWarning: true,
    onError(error) {
      if (error.code === "overflow" && "events" in error) {
        lost.told += error.events.length;
      }
    },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  posthog.on("drop", ({ reason }) => {
    if (reason === "overflow") lost.dropped++;
  });
  const visit = (n: number) => {
    const kept: Promise<unknown>[] = [];
    const ctx = { waitUntil: (p: Promise<unknown>) => void kept.push(p) };
    const text = `${n} `.repeat(TEXT_LENGTH).slice(0, TEXT_LENGTH);
    posthog.forRequest(undefined, ctx, { distinctId: `user-${n}` })
      .capture({ event: "viewed", properties: { text } });
  };
  return { posthog, clock, lost, visit };
}

Deno.test("10,000 scopes against a dead server leave no more than maxQueueBytes and a tenth, and every drop is reported (FLD-012)", async () => {
  const { posthog, clock, lost, visit } = createFixture();
  // What the first of all bring along, such as code that the engine makes of what runs often.
  for (let n = 0; n < WARM_UP; n++) visit(n);
  await clock.advance(60_000);
  posthog.clearQueue();
  const before = measureHeap();
  let most = 0;
  for (let n = 0; n < SCOPES; n++) {
    visit(n);
    if (n % (SCOPES / WAVES) !== 0) continue;
    await clock.advance(60_000);
    most = Math.max(most, measureHeap() - before);
  }
  await clock.advance(60_000);
  most = Math.max(most, measureHeap() - before);
  const held = posthog.queueSize;
  assert(held > 400, `${held} events fill nothing`);
  assertEquals(lost, { dropped: SCOPES - held, told: SCOPES - held });
  assert(most <= 1.1 * MAX_BYTES, `${most} bytes`);
});
