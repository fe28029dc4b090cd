import { assertEquals } from "@std/assert";
import type { CaptureMessage, SendFeatureFlagsOptions } from "edgehog";
import {
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";
import { AI_CAPTURE_PATH, CAPTURE_PATH } from "../../_kit/capture_paths.ts";

const FLAGS = { "new-nav": true, pricing: "annual", old: false };

const FLAG_PROPERTIES = {
  "$feature/new-nav": true,
  "$feature/pricing": "annual",
  "$feature/old": false,
  $active_feature_flags: ["new-nav", "pricing"],
};

const EVENT = { distinctId: "user-1", event: "paid" };
const WITH_FLAGS = { ...EVENT, sendFeatureFlags: true };

/** A client that asks PostHog for its flags; `/flags` takes a second. */
function createFixture(options: TestClientOptions = {}) {
  const kit = createTestClient({
    flags: FLAGS,
    enableLocalEvaluation: false,
    ...options,
  });
  const { posthog, emulator, clock } = kit;
  emulator.setFaultPolicy(({ path }) =>
    path === "/flags" ? { delayMs: 1000 } : undefined
  );
  const paths = () => emulator.requests.map(({ path }) => path);
  const asked = () => paths().filter((path) => path !== CAPTURE_PATH);
  const names = () => emulator.events.map(({ event }) => event);
  const flush = async () => {
    const flushed = posthog.flush();
    await clock.advance(60_000);
    return await flushed;
  };
  return { ...kit, asked, paths, names, flush };
}

/** What of the events' properties comes from flags. */
function pickFlags(properties: Record<string, unknown> = {}) {
  return Object.fromEntries(
    Object.entries(properties).filter(([name]) =>
      name.startsWith("$feature/") || name === "$active_feature_flags"
    ),
  );
}

Deno.test("capture() with sendFeatureFlags keeps its place and the time of the call (CAP-040)", async () => {
  const { posthog, emulator, clock, names, paths } = createFixture({
    flushAt: 2,
  });
  const calledAt = new Date(clock.now()).toISOString();
  const uuid = posthog.capture(WITH_FLAGS);
  await clock.advance(999);
  posthog.capture({ ...EVENT, event: "second" });
  await clock.settle();
  assertEquals(paths(), ["/flags"]);
  await clock.advance(1);
  assertEquals(names(), ["paid", "second"]);
  const [event] = emulator.events;
  assertEquals([event?.uuid, event?.timestamp], [uuid, calledAt]);
  assertEquals(pickFlags(event?.properties), FLAG_PROPERTIES);
  assertEquals([paths(), clock.pending], [["/flags", CAPTURE_PATH], 0]);
});

Deno.test("waitUntil gets the preparation of an event with sendFeatureFlags (CAP-267)", async () => {
  const kept: Promise<unknown>[] = [];
  const { posthog, clock, paths } = createFixture({
    waitUntil: (promise) => void kept.push(promise),
  });
  posthog.capture(WITH_FLAGS);
  assertEquals(kept.length, 1);
  await clock.advance(1000);
  await Promise.all(kept);
  // And then the drain that sends it (FLD-001).
  assertEquals([kept.length, paths()], [2, ["/flags", CAPTURE_PATH]]);
});

Deno.test("flush() waits for an event whose flags are being evaluated (CAP-262)", async () => {
  const { posthog, emulator, flush } = createFixture();
  posthog.capture(WITH_FLAGS);
  assertEquals(await flush(), { delivered: 1, dropped: 0, retained: 0 });
  assertEquals(pickFlags(emulator.events[0]?.properties), FLAG_PROPERTIES);
});

Deno.test("shutdown() waits for an event whose flags are being evaluated (CAP-271)", async () => {
  const { posthog, clock, names } = createFixture();
  posthog.capture(WITH_FLAGS);
  const done = posthog.shutdown();
  await clock.advance(2000);
  await done;
  assertEquals([names(), clock.pending], [["paid"], 0]);
});

Deno.test("shutdown(ms) reports an event whose flags are not there by its deadline (CAP-272)", async () => {
  const { posthog, clock, errors, names } = createFixture();
  const dropped: unknown[] = [];
  posthog.on("drop", ({ uuid, reason }) => void dropped.push([uuid, reason]));
  const uuid = posthog.capture(WITH_FLAGS);
  const done = posthog.shutdown(500);
  await clock.advance(5000);
  await done;
  assertEquals(dropped, [[uuid, "shutdown"]]);
  assertEquals(errors.map(({ code }) => code), ["shutdown_timeout"]);
  assertEquals([names(), clock.pending], [[], 0]);
});

const FAILURES: [
  name: string,
  fault: Parameters<
    ReturnType<typeof createTestClient>["emulator"]["failNext"]
  >[0],
][] = [
  ["500", { status: 500, times: 9 }],
  ["401", { status: 401 }],
  ["no JSON", { status: 200, body: "<html>" }],
  ["a broken connection", { drop: "connection", times: 9 }],
  ["silence", { delayMs: 600_000, times: 9 }],
];
for (const [name, fault] of FAILURES) {
  Deno.test(`capture() with sendFeatureFlags goes without them after ${name} (CAP-038)`, async () => {
    const { posthog, emulator, flush } = createFixture();
    emulator.failNext({ path: "/flags", ...fault });
    posthog.capture(WITH_FLAGS);
    assertEquals((await flush()).delivered, 1);
    assertEquals(pickFlags(emulator.events[0]?.properties), {});
  });
}

Deno.test("capture() with a hasher that never ends goes without flags, in bounded time (CAP-038)", async () => {
  const { posthog, emulator, clock } = createFixture({
    enableLocalEvaluation: true,
    flags: {
      flags: [{
        id: 1,
        key: "half",
        active: true,
        filters: { groups: [{ properties: [], rollout_percentage: 50 }] },
      }],
    },
    hasher: { digest: () => new Promise(() => {}) } as never,
  });
  // The kit's clock would wait for the digests.
  clock.track = (work) => work;
  posthog.capture({
    ...EVENT,
    sendFeatureFlags: { onlyEvaluateLocally: true },
  });
  const flushed = posthog.flush();
  await clock.advance(10_000);
  assertEquals((await flushed).delivered, 1);
  assertEquals(pickFlags(emulator.events[0]?.properties), {});
});

Deno.test("capture() with flags and sendFeatureFlags takes the snapshot, warns and asks nobody (CAP-037, FLG-111)", async () => {
  const { posthog, emulator, clock, logs, paths, flush } = createFixture();
  const evaluated = posthog.evaluateFlags("user-1", { flagKeys: ["pricing"] });
  await clock.advance(1000);
  const flags = await evaluated;
  const calls = paths().length;
  posthog.capture({ ...WITH_FLAGS, flags });
  await flush();
  assertEquals(paths().slice(calls), [CAPTURE_PATH]);
  assertEquals(pickFlags(emulator.events[0]?.properties), {
    "$feature/pricing": "annual",
    $active_feature_flags: ["pricing"],
  });
  const texts = logs.map(({ message }) => message);
  assertEquals(
    texts.filter((text) => text.includes("beside 'flags', which wins")).length,
    1,
  );
});

Deno.test("capture() of a personless event evaluates nothing (CAP-039)", async () => {
  const { posthog, emulator, paths, flush } = createFixture();
  posthog.capture({ event: "paid", sendFeatureFlags: true });
  await flush();
  assertEquals(paths(), [CAPTURE_PATH]);
  assertEquals(
    emulator.events[0]?.properties["$process_person_profile"],
    false,
  );
});

for (
  const [name, close] of [
    ["opted out", (posthog) => posthog.optOut()],
    ["shut down", (posthog) => posthog.shutdown()],
  ] satisfies [
    string,
    (posthog: ReturnType<typeof createTestClient>["posthog"]) => unknown,
  ][]
) {
  Deno.test(`capture() on a client that is ${name} evaluates nothing, and says nothing of it (CAP-292)`, async () => {
    const { posthog, clock, logs, paths } = createFixture();
    close(posthog);
    assertEquals(posthog.capture(WITH_FLAGS), undefined);
    assertEquals(await posthog.captureImmediate(WITH_FLAGS), undefined);
    await clock.settle();
    const texts = logs.map(({ message }) => message).join();
    assertEquals([paths(), texts.includes("deprecated")], [[], false]);
  });
}

for (
  const [name, message] of [
    ["a blank name", { ...WITH_FLAGS, event: " " }],
    ["$feature_flag_called", { ...WITH_FLAGS, event: "$feature_flag_called" }],
    ["false", { ...EVENT, sendFeatureFlags: false }],
    ["null", { ...EVENT, sendFeatureFlags: null as never }],
    ["undefined", { ...EVENT, sendFeatureFlags: undefined }],
    ["a text", { ...EVENT, sendFeatureFlags: "yes" } as never],
  ] satisfies [string, CaptureMessage][]
) {
  Deno.test(`capture() evaluates nothing for ${name} (FLG-111)`, async () => {
    const { posthog, emulator, clock, asked, flush } = createFixture();
    posthog.capture(message);
    await clock.settle();
    assertEquals(asked(), []);
    await flush();
    assertEquals(pickFlags(emulator.events[0]?.properties), {});
  });
}

Deno.test("sendFeatureFlags is deprecated once a client, and refused where it is no option (CAP-038)", () => {
  const { posthog, logs } = createFixture();
  posthog.capture({ ...EVENT, sendFeatureFlags: 1 } as never);
  posthog.capture({ ...EVENT, sendFeatureFlags: false });
  posthog.capture(WITH_FLAGS);
  posthog.capture({ ...EVENT, sendFeatureFlags: {} });
  posthog.forRequest().capture(WITH_FLAGS);
  assertEquals(
    logs.filter(({ level }) => level === "warn").map(({ message }) => message),
    [
      "Cannot use 'sendFeatureFlags': expected a boolean or an object, got number",
      "'sendFeatureFlags' is deprecated: pass the result of 'evaluateFlags' as 'flags'",
    ],
  );
});

Deno.test("capture() merges flags above super and request properties and below the caller's (CAP-034, CAP-035)", async () => {
  const { posthog, emulator, clock } = createFixture();
  posthog.register({ "$feature/old": "super", "$feature/gone": "super" });
  const hog = posthog.forRequest(undefined, undefined, {
    properties: { "$feature/new-nav": "request" },
  });
  hog.capture({
    ...WITH_FLAGS,
    properties: { "$feature/pricing": "caller", ["__proto__"]: { a: 1 } },
    groups: { company: "acme" },
  });
  posthog.register({ late: true });
  const flushed = hog.flush();
  await clock.advance(2000);
  await flushed;
  const { properties = {} } = emulator.events[0] ?? {};
  assertEquals(pickFlags(properties), {
    ...FLAG_PROPERTIES,
    "$feature/gone": "super",
    "$feature/pricing": "caller",
  });
  assertEquals(properties["$groups"], { company: "acme" });
  assertEquals([properties["$lib"], properties["late"]], [
    "edgehog",
    undefined,
  ]);
  assertEquals(Object.hasOwn(properties, "__proto__"), true);
});

Deno.test("capture() with sendFeatureFlags reads the caller's data at the call (CAP-050)", async () => {
  const { posthog, emulator, flush } = createFixture({
    flags: {
      flags: [{
        id: 1,
        key: "pro",
        active: true,
        filters: {
          groups: [{
            properties: [{
              key: "plan",
              type: "person",
              operator: "exact",
              value: "pro",
            }],
            rollout_percentage: 100,
          }],
        },
      }],
    },
  });
  const properties = { cart: { items: 1 } };
  const options = { personProperties: { plan: "pro" }, flagKeys: ["pro"] };
  const groups = { company: "acme" };
  posthog.capture({ ...EVENT, properties, groups, sendFeatureFlags: options });
  properties.cart.items = 2;
  options.personProperties.plan = "free";
  options.flagKeys.push("other");
  groups.company = "other";
  await flush();
  const [event] = emulator.events;
  assertEquals(event?.properties["cart"], { items: 1 });
  assertEquals(event?.properties["$groups"], { company: "acme" });
  assertEquals(event?.properties["$feature/pro"], true);
  const body = emulator.requests.find(({ path }) => path === "/flags")?.body;
  const { groups: asked, flag_keys_to_evaluate: keys } = body as Record<
    string,
    unknown
  >;
  assertEquals([asked, keys], [{ company: "acme" }, ["pro"]]);
});

Deno.test("capture() with sendFeatureFlags asks for the groups it sends, as far as they can be used (FLG-111)", async () => {
  const { posthog, emulator, flush } = createFixture();
  const $groups = { company: "acme", seat: 7, none: null, list: ["a"] };
  posthog.capture({ ...WITH_FLAGS, properties: { $groups } });
  posthog.capture({ ...WITH_FLAGS, properties: { $groups: "acme" } });
  await flush();
  const asked = emulator.requests.filter(({ path }) => path === "/flags");
  assertEquals(
    asked.map(({ body }) => (body as Record<string, unknown>)["groups"]),
    [{ company: "acme", seat: 7 }, {}],
  );
  assertEquals(
    emulator.events.map(({ properties }) => properties["$groups"]),
    [{ company: "acme", seat: 7, list: ["a"] }, "acme"],
  );
});

const LOCALITY: [
  name: string,
  isLoaded: boolean,
  options: SendFeatureFlagsOptions,
  requests: string[],
][] = [
  ["nothing was loaded", false, {}, ["/flags/definitions", "/flags"]],
  ["definitions are loaded", true, {}, ["/flags/definitions"]],
  ["the option says so", true, { onlyEvaluateLocally: false }, [
    "/flags/definitions",
    "/flags",
  ]],
  ["the option forbids it", false, { onlyEvaluateLocally: true }, [
    "/flags/definitions",
  ]],
];
for (const [name, isLoaded, sendFeatureFlags, expected] of LOCALITY) {
  Deno.test(`sendFeatureFlags asks ${expected.join(" and ")} when ${name} (FLG-111)`, async () => {
    const { posthog, emulator, clock, asked, flush } = createFixture({
      enableLocalEvaluation: true,
      flags: {
        flags: [{ id: 1, key: "on", active: true, filters: { groups: [{}] } }, {
          id: 2,
          key: "undecided",
          active: true,
          ensure_experience_continuity: true,
          filters: { groups: [{}] },
        }],
      },
    });
    if (isLoaded) await posthog.reloadFeatureFlags();
    posthog.capture({ ...EVENT, sendFeatureFlags });
    await clock.advance(1000);
    assertEquals(asked(), expected);
    await flush();
    assertEquals(emulator.events[0]?.properties["$feature/on"], true);
  });
}

Deno.test("beforeSend runs once on an event with sendFeatureFlags, and sees its flags (CAP-093)", async () => {
  const seen: unknown[] = [];
  const uuid = "01900000-0000-7000-8000-000000000001";
  const { posthog, emulator, clock, flush } = createFixture({
    beforeSend(event) {
      seen.push(pickFlags(event.properties));
      event.properties["hooked"] = true;
      return { ...event, event: "renamed", uuid };
    },
  });
  emulator.failNext({ path: CAPTURE_PATH, status: 503 });
  const flushedUuids: unknown[] = [];
  posthog.on("flush", (uuids) => void flushedUuids.push(...uuids));
  const stamped = posthog.capture(WITH_FLAGS);
  posthog.setBeforeSend(() => null);
  await clock.settle();
  assertEquals(seen, []);
  await flush();
  assertEquals(seen, [FLAG_PROPERTIES]);
  assertEquals(
    emulator.events.map(({ event, uuid }) => [event, uuid]),
    [["renamed", uuid]],
  );
  assertEquals([stamped === uuid, flushedUuids], [false, [uuid]]);
});

for (
  const [reason, options] of [
    ["hook", { beforeSend: () => null }],
    ["hook", {
      beforeSend() {
        throw new Error("no");
      },
    }],
    ["oversize", {
      maxEventBytes: 2000,
      beforeSend: (event) => {
        event.properties["large"] = "x".repeat(2000);
        return event;
      },
    }],
  ] satisfies [string, TestClientOptions][]
) {
  Deno.test(`an event with sendFeatureFlags that is dropped for '${reason}' leaves the queue (CAP-103)`, async () => {
    const { posthog, clock, names, flush } = createFixture(options);
    const drops: unknown[] = [];
    posthog.on("drop", ({ uuid, reason }) => void drops.push([uuid, reason]));
    const uuid = posthog.capture(WITH_FLAGS);
    assertEquals([typeof uuid, posthog.queueSize], ["string", 1]);
    assertEquals(await flush(), { delivered: 0, dropped: 1, retained: 0 });
    assertEquals(drops, [[uuid, reason]]);
    const immediate = posthog.captureImmediate(WITH_FLAGS);
    await clock.advance(1000);
    assertEquals(await immediate, undefined);
    assertEquals([names(), posthog.queueSize], [[], 0]);
  });
}

Deno.test("an event that fits without its flags and not with them is dropped as oversize (CAP-103)", async () => {
  const { posthog, errors, flush } = createFixture({
    maxEventBytes: 2000,
    flags: { ["k".repeat(1900)]: true },
  });
  posthog.capture(WITH_FLAGS);
  assertEquals((await flush()).dropped, 1);
  assertEquals(errors.map(({ code }) => code), ["oversize"]);
});

Deno.test("captureImmediate() with sendFeatureFlags sends after the evaluation, alone (CAP-269)", async () => {
  // What gathers stays behind.
  const { posthog, emulator, clock, paths } = createFixture({ flushAt: 20 });
  posthog.capture({ ...EVENT, event: "other" });
  const sent = posthog.captureImmediate(WITH_FLAGS);
  await clock.advance(999);
  assertEquals(paths(), ["/flags"]);
  await clock.advance(1);
  assertEquals(await sent, emulator.events[0]?.uuid);
  assertEquals(pickFlags(emulator.events[0]?.properties), FLAG_PROPERTIES);
  assertEquals([emulator.events.length, posthog.queueSize], [1, 1]);
});

Deno.test("syncMode sends each event with sendFeatureFlags by itself after its evaluation, under waitUntil (CAP-124, CAP-267)", async () => {
  const kept: Promise<unknown>[] = [];
  const { posthog, emulator, paths, flush } = createFixture({
    syncMode: true,
    waitUntil: (promise) => void kept.push(promise),
  });
  const uuids = [posthog.capture(WITH_FLAGS), posthog.capture(WITH_FLAGS)];
  assertEquals(kept.length, 2);
  assertEquals((await flush()).delivered, 2);
  assertEquals(paths().sort(), [
    "/flags",
    "/flags",
    CAPTURE_PATH,
    CAPTURE_PATH,
  ]);
  assertEquals(emulator.events.map(({ uuid }) => uuid).sort(), uuids.sort());
  await Promise.all(kept);
});

Deno.test("testMode queues an event once its flags are there, and sends nothing (CAP-122)", async () => {
  const { posthog, clock, paths } = createFixture({ testMode: true });
  posthog.capture(WITH_FLAGS);
  const immediate = posthog.captureImmediate({ ...WITH_FLAGS, event: "now" });
  assertEquals(posthog.queueSize, 2);
  // Nothing to see, and nothing to take, before they have their flags.
  assertEquals([posthog.queuedEvents(), posthog.dequeueLastEvent()], [
    [],
    undefined,
  ]);
  await clock.advance(1000);
  await immediate;
  assertEquals(
    posthog.queuedEvents().map(({ event, properties }) => [
      event,
      pickFlags(properties as Record<string, unknown>),
    ]),
    [["paid", FLAG_PROPERTIES], ["now", FLAG_PROPERTIES]],
  );
  assertEquals(paths().includes(CAPTURE_PATH), false);
});

Deno.test("clearQueue() takes an event whose flags are being evaluated along (CAP-123)", async () => {
  const seen: string[] = [];
  const { posthog, paths, flush } = createFixture({
    beforeSend(event) {
      seen.push(event.event);
      return event;
    },
  });
  posthog.capture(WITH_FLAGS);
  posthog.clearQueue();
  assertEquals([posthog.queueSize, (await flush()).delivered], [0, 0]);
  assertEquals([paths(), seen], [["/flags"], []]);
});

Deno.test("captureAi() takes sendFeatureFlags on its own lane", async () => {
  const { posthog, emulator, paths, flush } = createFixture();
  posthog.captureAi({ ...WITH_FLAGS, event: "$ai_generation" });
  assertEquals((await flush()).delivered, 1);
  assertEquals(paths(), ["/flags", AI_CAPTURE_PATH]);
  assertEquals(pickFlags(emulator.events[0]?.properties), FLAG_PROPERTIES);
});

Deno.test("a scope evaluates for its own identity, under its request's waitUntil (CAP-267, CAP-280)", async () => {
  const kept: Promise<unknown>[] = [];
  const { posthog, emulator, clock, names } = createFixture();
  const ctx = { waitUntil: (work: Promise<unknown>) => void kept.push(work) };
  const hog = posthog.forRequest(undefined, ctx, { distinctId: "visitor" });
  hog.capture({ event: "first" });
  hog.capture({ event: "flagged", sendFeatureFlags: true });
  hog.capture({ event: "last" });
  await clock.advance(1000);
  await Promise.all(kept);
  assertEquals(names(), ["first", "flagged", "last"]);
  const flagged = emulator.events[1];
  assertEquals(flagged?.distinctId, "visitor");
  assertEquals(pickFlags(flagged?.properties), FLAG_PROPERTIES);
  assertEquals(clock.pending, 0);
});

Deno.test("reading flags for an event exposes none of them (FLG-111)", async () => {
  const { posthog, names, flush } = createFixture();
  posthog.capture(WITH_FLAGS);
  await flush();
  await flush();
  assertEquals(names(), ["paid"]);
});

Deno.test("an event whose request died while its flags were evaluated is sent without them by the next (CAP-038, CAP-266)", async () => {
  let isGone = true;
  const seen: string[] = [];
  const client: TestClient = createTestClient({
    enableLocalEvaluation: false,
    beforeSend(event) {
      seen.push(event.event);
      return event;
    },
    fetch: (input, init) =>
      isGone ? new Promise(() => {}) : emulator.fetch(input, init),
    sleep: (ms, signal) =>
      isGone ? new Promise(() => {}) : clock.sleep(ms, signal),
  });
  const { posthog, emulator, clock } = client;
  posthog.capture(WITH_FLAGS);
  await clock.settle();
  isGone = false;
  posthog.capture({ ...EVENT, event: "second" });
  const flushed = posthog.flush();
  await clock.advance(9000);
  assertEquals([emulator.events.length, seen], [0, ["second"]]);
  await clock.advance(2000);
  assertEquals(await flushed, { delivered: 2, dropped: 0, retained: 0 });
  assertEquals(
    emulator.events.map(({ event, properties }) => [
      event,
      pickFlags(properties),
    ]),
    [["paid", {}], ["second", {}]],
  );
  assertEquals(seen, ["second", "paid"]);
});
