import { assertEquals } from "@std/assert";
import { type JsonObject, memoryCache, type PostHogListeners } from "edgehog";
import { PostHog } from "edgehog";
import { createTestClient } from "edgehog/testing";

Deno.test("on('capture') hears of each event as it is queued, in a copy of its own (FLD-051)", async () => {
  const { posthog, emulator, clock } = createTestClient({
    beforeSend: (event) =>
      event.event === "secret" ? null : { ...event, event: `${event.event}!` },
  });
  const heard: JsonObject[] = [];
  posthog.on("capture", (event) => {
    delete event["properties"];
  });
  const off = posthog.on("capture", (event) => {
    assertEquals(Object.keys(event), [
      "event",
      "distinct_id",
      "timestamp",
      "uuid",
      "properties",
    ]);
    heard.push(event);
  });
  const EVENT = { event: "paid", distinctId: "u" };
  posthog.capture({ ...EVENT, properties: { a: 1 } });
  posthog.capture({ ...EVENT, event: "secret" });
  posthog.captureAi({ ...EVENT, event: "$ai_span" });
  posthog.forRequest().captureException(new Error("x"), "u");
  posthog.capture({ ...EVENT, event: "flagged", sendFeatureFlags: true });
  await Promise.all([posthog.flush(), clock.advance(20_000)]);
  off();
  posthog.capture(EVENT);
  await posthog.flush();
  const names = ["paid!", "$ai_span!", "$exception!", "flagged!"];
  assertEquals(heard.map(({ event }) => event), names);
  assertEquals(
    emulator.events.map(({ event }) => event).sort(),
    [...names, "paid!"].sort(),
  );
  assertEquals(
    emulator.events.find(({ event }) => event === "paid!")?.properties["a"],
    1,
  );
});

Deno.test("no copy is made where nobody listens (FLD-051)", () => {
  // Not of the kit, which listens.
  const posthog = new PostHog("phc_x", { testMode: true });
  const original = JSON.parse;
  let count = 0;
  JSON.parse = (...args) => {
    count++;
    return original(...args);
  };
  try {
    posthog.capture({ event: "paid", distinctId: "u" });
    const before = count;
    posthog.on("capture", () => {});
    posthog.capture({ event: "paid", distinctId: "u" });
    assertEquals([before, count], [0, 1]);
  } finally {
    JSON.parse = original;
  }
});

Deno.test("on('localEvaluationFlagsLoaded') hears of each document taken into use, and of no 304 (FLD-051, UPS-072)", async () => {
  const { posthog } = createTestClient({
    flags: { a: true, b: "x" },
    personalApiKey: "phx_1",
  });
  const counts: number[] = [];
  posthog.on("localEvaluationFlagsLoaded", (count) => counts.push(count));
  await posthog.evaluateFlags("u");
  await posthog.evaluateFlags("u");
  assertEquals(counts, [2]);
  await posthog.reloadFeatureFlags();
  assertEquals(counts, [2]);
});

Deno.test("on('localEvaluationFlagsLoaded') hears of what a cache had (FLD-051, UPS-072)", async () => {
  const flagDefinitionCache = memoryCache();
  const flags = { a: true, b: "x" };
  const writer = createTestClient({ flags, flagDefinitionCache });
  await writer.posthog.waitForLocalEvaluationReady();
  const { posthog, emulator } = createTestClient({
    flagDefinitionCache,
    personalApiKey: undefined,
  });
  const counts: number[] = [];
  posthog.on("localEvaluationFlagsLoaded", (count) => counts.push(count));
  assertEquals(await posthog.waitForLocalEvaluationReady(), true);
  assertEquals([counts, emulator.requests], [[2], []]);
});

for (const name of ["captured", "identify", "toString", Symbol("x")]) {
  Deno.test(`on(${String(name)}) warns once of a name that nobody tells of, with the known ones (FLD-051, UPS-072)`, () => {
    const { posthog, logs } = createTestClient();
    for (let round = 0; round < 2; round++) {
      posthog.on(name as keyof PostHogListeners, () => {})();
    }
    assertEquals(logs.map(({ level, message }) => [level, message]), [[
      "warn",
      `Cannot listen to '${
        String(name)
      }': expected error, warning, flush, drop, capture, localEvaluationFlagsLoaded`,
    ]]);
  });
}

for (const name of ["drop", "capture", "error", "onError", "logger"]) {
  Deno.test(`what '${name}' of the application causes does not call it again`, () => {
    let calls = 0;
    const run = () => {
      calls++;
      posthog.capture({ event: "again", distinctId: "u" });
    };
    const warn = name === "logger" ? run : () => {};
    const { posthog } = createTestClient({
      maxQueueSize: 1,
      flushAt: 10,
      onError: name === "onError" ? run : () => {},
      logger: { debug() {}, info() {}, warn, error: warn },
    });
    posthog.on(name as "drop", run);
    posthog.capture({ event: "one", distinctId: "u" });
    posthog.capture({ event: "two", distinctId: "u" });
    assertEquals(calls > 0 && calls < 4, true, `${calls} calls`);
    assertEquals(posthog.queueSize, 1);
  });
}
