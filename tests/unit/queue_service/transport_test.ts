import { assert, assertEquals } from "@std/assert";
import {
  type QueuedEvent,
  type QueueEventMessage,
  type QueueSendRequestLike,
  queueTransport,
} from "edgehog/queue";
import { createTestClient } from "edgehog/testing";
import { bodyOf, uuidOf } from "./_messages.ts";

const SIGNAL = new AbortController().signal;

function eventOf(number: number, padding = 0): QueuedEvent {
  const { uuid, event, lane } = bodyOf("e", uuidOf(number));
  const text = "x".repeat(padding);
  const request = { id: uuidOf(0), attempt: 1, createdAt: 0 };
  return { uuid, event, lane, text, bytes: padding, request };
}

function eventsOf(count: number, padding = 0): QueuedEvent[] {
  return Array.from({ length: count }, (_, n) => eventOf(n, padding));
}

/** A queue that records the sizes of its batches and answers as it is told. */
function createQueue(answer: () => Promise<unknown> = () => Promise.resolve()) {
  const batches: (readonly QueueSendRequestLike[])[] = [];
  return {
    batches,
    sendBatch(messages: readonly QueueSendRequestLike[]) {
      batches.push(messages);
      return answer();
    },
  };
}

Deno.test("queueTransport() sends a message of plain JSON for each event", async () => {
  const queue = createQueue();
  const event = eventOf(1, 3);
  const outcomes = await queueTransport(queue).send([event], SIGNAL);
  assertEquals(outcomes, [{ kind: "delivered", uuid: uuidOf(1) }]);
  assertEquals(queue.batches, [[{
    body: {
      kind: "edgehog-event",
      version: 1,
      lane: "analytics",
      uuid: uuidOf(1),
      event: "e",
      text: "xxx",
    },
    contentType: "json",
  }]]);
});

const SPLITS = [
  { name: "100 messages", events: eventsOf(250), sizes: [100, 100, 50] },
  { name: "256 KB", events: eventsOf(5, 100_000), sizes: [2, 2, 1] },
];

for (const { name, events, sizes } of SPLITS) {
  Deno.test(`queueTransport() sends at most ${name} a batch, in order`, async () => {
    const queue = createQueue();
    const outcomes = await queueTransport(queue).send(events, SIGNAL);
    assertEquals(queue.batches.map(({ length }) => length), sizes);
    assertEquals(
      queue.batches.flat().map(({ body }) => body.uuid),
      events.map(({ uuid }) => uuid),
    );
    assertEquals(outcomes.length, events.length);
  });
}

Deno.test("queueTransport() takes other limits", async () => {
  const queue = createQueue();
  const transport = queueTransport(queue, {
    maxBatchMessages: 2,
    maxMessageBytes: 1000,
    maxBatchBytes: 1500,
  });
  const events = [...eventsOf(3), eventOf(3, 700), eventOf(4, 900)];
  const outcomes = await transport.send(events, SIGNAL);
  assertEquals(queue.batches.map(({ length }) => length), [2, 2]);
  assertEquals(
    outcomes.filter(({ kind }) => kind === "dropped").length,
    1,
  );
});

Deno.test("queueTransport() measures a message as JSON, the service's own part included", async () => {
  const queue = createQueue();
  const frame = JSON.stringify({ ...bodyOf("e"), text: "" }).length;
  const largest = 128_000 - 100 - frame;
  const events = [eventOf(1, largest), eventOf(2, largest + 1)];
  // Two bytes each in JSON: the quote and its escape.
  const quoted = { ...eventOf(3), text: '"'.repeat(largest / 2 + 1) };
  const outcomes = await queueTransport(queue).send(
    [...events, quoted],
    SIGNAL,
  );
  const kinds = Object.fromEntries(
    outcomes.map((outcome) => [outcome.uuid, outcome.kind]),
  );
  assertEquals(kinds, {
    [uuidOf(1)]: "delivered",
    [uuidOf(2)]: "dropped",
    [uuidOf(3)]: "dropped",
  });
  const dropped = outcomes.find(({ uuid }) => uuid === uuidOf(2));
  assertEquals(dropped?.kind === "dropped" && dropped.reason, {
    code: "oversize",
    details: "128001 bytes as a message, at most 128000 fit",
  });
});

Deno.test("queueTransport() asks for a retry of a chunk that was refused, and sends the others", async () => {
  let calls = 0;
  const cause = new Error("full");
  const queue = createQueue(() =>
    ++calls === 2 ? Promise.reject(cause) : Promise.resolve()
  );
  const outcomes = await queueTransport(queue).send(eventsOf(201), SIGNAL);
  const kinds = outcomes.map(({ kind }) => kind);
  assertEquals(kinds.indexOf("retry"), 100);
  assertEquals(kinds.lastIndexOf("retry"), 199);
  const [, refused] = [outcomes[0], outcomes[100]];
  assertEquals(refused, {
    kind: "retry",
    uuid: uuidOf(100),
    reason: { code: "network", cause },
  });
});

Deno.test("queueTransport() sends no further chunk once the signal has aborted", async () => {
  const controller = new AbortController();
  const queue = createQueue(() => {
    controller.abort();
    return Promise.resolve();
  });
  const outcomes = await queueTransport(queue).send(
    eventsOf(101),
    controller.signal,
  );
  assertEquals(queue.batches.length, 1);
  assertEquals(outcomes[99]?.kind, "delivered");
  assertEquals(outcomes[100], {
    kind: "retry",
    uuid: uuidOf(100),
    reason: { code: "timeout" },
  });
});

Deno.test("queueTransport() sends one by one where there is no sendBatch, and judges one by one", async () => {
  const sent: QueueEventMessage[] = [];
  const queue = {
    send(body: QueueEventMessage) {
      if (body.uuid === uuidOf(1)) return Promise.reject(new Error("no"));
      return Promise.resolve(sent.push(body));
    },
  };
  const outcomes = await queueTransport(queue).send(eventsOf(8), SIGNAL);
  assertEquals(sent.length, 7);
  assertEquals(
    outcomes.map(({ kind }) => kind).join(" "),
    "delivered retry delivered delivered delivered delivered delivered delivered",
  );
});

Deno.test("queueTransport() looks for the queue at each send", async () => {
  const queues = [createQueue(), createQueue()];
  let calls = 0;
  const transport = queueTransport(() => queues[calls++] ?? createQueue());
  assertEquals(calls, 0);
  await transport.send(eventsOf(1), SIGNAL);
  await transport.send(eventsOf(2), SIGNAL);
  assertEquals(queues.map(({ batches }) => batches.flat().length), [1, 2]);
});

const MISSING: readonly { name: string; queue: unknown }[] = [
  { name: "no queue", queue: undefined },
  { name: "an object without methods", queue: {} },
  { name: "a function that finds none", queue: () => undefined },
  {
    name: "a function that throws",
    queue: () => {
      throw new TypeError("no binding");
    },
  },
];

for (const { name, queue } of MISSING) {
  Deno.test(`queueTransport() keeps the events where there is ${name}`, async () => {
    const transport = queueTransport(queue as never);
    const [outcome] = await transport.send(eventsOf(1), SIGNAL);
    assert(outcome?.kind === "retry");
    assert(outcome.reason.cause instanceof TypeError);
  });
}

Deno.test("queueTransport() in a client: an oversize event is reported, the queue's refusal is tried again", async () => {
  let calls = 0;
  const queue = createQueue(() =>
    ++calls === 1 ? Promise.reject(new Error("full")) : Promise.resolve()
  );
  const { posthog, emulator, clock, errors } = createTestClient({
    transport: queueTransport(queue),
  });
  posthog.capture({ distinctId: "u", event: "fits" });
  const properties = { text: "x".repeat(130_000) };
  posthog.capture({ distinctId: "u", event: "large", properties });
  const flushed = posthog.flush();
  await clock.advance(10_000);
  assertEquals(await flushed, { delivered: 1, dropped: 1, retained: 0 });
  assertEquals(queue.batches.map(({ length }) => length), [1, 1]);
  assertEquals(errors.map(({ code }) => code), ["oversize"]);
  assertEquals(emulator.requests.length, 0);
});
