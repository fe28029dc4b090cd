import { assertEquals } from "@std/assert";
import { createPostHogEmulator, type PostHogEmulator } from "edgehog/dev";
import { within } from "../../_kit/within.ts";
import { createWorker, type Worker, workerTest } from "../../_kit/workerd.ts";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";

/** Refusals after which an event has come back from the queue: each of seven deliveries takes two at most. */
const REFUSALS = 15;

/** A PostHog that is down until it is told otherwise, and tells when it has refused often, and taken all events. */
function createServer({ isDown = false, events = 1 }) {
  const emulator = createPostHogEmulator();
  const state = { isDown, refusals: 0 };
  const refused = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const dead = Promise.withResolvers<unknown>();
  const fetch: PostHogEmulator["fetch"] = async (input, init) => {
    if (new URL(String(input)).pathname === "/dead") {
      dead.resolve(await new Response(init?.body).json());
      return new Response();
    }
    if (state.isDown) {
      if (++state.refusals >= REFUSALS) refused.resolve();
      return new Response("Down", { status: 503 });
    }
    const response = await emulator.fetch(input, init);
    if (emulator.events.length >= events) arrived.resolve();
    return response;
  };
  return {
    emulator: { ...emulator, fetch },
    state,
    hasRefused: refused.promise,
    hasArrived: arrived.promise,
    isDead: dead.promise,
  };
}

function createQueueWorker(host: string, maxRetries: number): Promise<Worker> {
  return createWorker({
    entry: "tests/runtimes/workerd/_queue_worker.ts",
    bindings: { POSTHOG_HOST: host },
    miniflare: {
      queueProducers: { EVENTS: "events" },
      queueConsumers: {
        events: {
          maxBatchSize: 3,
          maxBatchTimeout: 0,
          maxRetries,
          deadLetterQueue: "dead",
        },
        dead: { maxBatchTimeout: 0 },
      },
    },
  });
}

workerTest(
  "an outage that outlasts every request loses no event and sends none twice",
  async () => {
    const { emulator, state, hasRefused, hasArrived } = createServer({
      isDown: true,
      events: 7,
    });
    await using server = await serveEmulator(emulator, 0);
    await using worker = await createQueueWorker(server.url, 20);
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    for (const part of [names.slice(0, 2), names.slice(2)]) {
      const query = new URLSearchParams(part.map((name) => ["event", name]));
      const response = await worker.fetch(`/?${query}`);
      assertEquals(await response.json(), {
        delivered: part.length,
        dropped: 0,
        retained: 0,
      });
    }
    // Both requests are over. What they captured goes from PostHog back to the queue and comes again.
    await within(hasRefused, 20_000, "events come again and are refused");
    state.isDown = false;

    await within(hasArrived, 20_000, "all events arrive");
    assertEquals(emulator.events.map(({ event }) => event).sort(), names);
    assertEquals(new Set(emulator.events.map(({ uuid }) => uuid)).size, 7);
    assertEquals(emulator.events.every(({ arrival }) => arrival === 1), true);
  },
);

workerTest(
  "a poisoned message reaches the dead-letter queue, with one report, and its neighbour PostHog",
  async () => {
    const { emulator, hasArrived, isDead } = createServer({});
    await using server = await serveEmulator(emulator, 0);
    await using worker = await createQueueWorker(server.url, 2);
    const response = await worker.fetch("/poison?event=fine");
    await response.body?.cancel();

    assertEquals(await within(isDead, 20_000, "it is moved"), {
      bodies: [{ hello: "world" }],
      errors: ["unparseable"],
    });
    await within(hasArrived, 20_000, "the event arrives");
    assertEquals(emulator.events.map(({ event }) => event), ["fine"]);
  },
);
