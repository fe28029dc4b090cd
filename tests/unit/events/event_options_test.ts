import { assertEquals, assertStringIncludes } from "@std/assert";
import { type BeforeSend, PostHog } from "edgehog";
import { consumeQueue, queueTransport } from "edgehog/queue";
import { createTestClient } from "edgehog/testing";
import { createMessage } from "../queue_service/_messages.ts";
import { createSender, ownProperties, sendOne } from "./_sent.ts";

const V0 = { captureMode: "v0" } as const;
const V1 = { captureMode: "v1" } as const;
const R12 = {
  options: { process_person_profile: false, beta: { x: [1] } },
} as const;

Deno.test("v1 sends an event's options as they are, unknown ones too (R12, UPS-020, UPS-024)", async () => {
  const { event, warnings } = await sendOne(R12, V1);
  assertEquals(event.options, R12.options);
  assertEquals(ownProperties(event), {});
  assertEquals(warnings(), []);
});

Deno.test("v0 sends known options as properties, others not, and tells of these (R13, UPS-026)", async () => {
  const { event, logs } = await sendOne({
    options: {
      ...R12.options,
      cookieless_mode: true,
      disable_skew_correction: true,
      product_tour_id: "t1",
      next: 1,
    },
    properties: { $cookieless_mode: false, kept: 1 },
  }, { ...V0, debug: true });
  assertEquals(event.options, undefined);
  assertEquals(ownProperties(event), {
    kept: 1,
    $process_person_profile: false,
    $cookieless_mode: true,
    $ignore_sent_at: true,
    $product_tour_id: "t1",
  });
  const lines = logs.filter(({ message }) => message.includes("beta"));
  assertEquals(lines.map(({ level }) => level), ["debug"]);
  assertStringIncludes(lines[0]?.message ?? "", "next");
});

Deno.test("every verb of capture takes options (UPS-020)", async () => {
  const { posthog, send } = createSender(V0);
  const message = {
    event: "$ai_span",
    distinctId: "u",
    options: { cookieless_mode: true },
  };
  posthog.capture(message);
  posthog.captureAi(message);
  await posthog.captureImmediate(message);
  await posthog.captureAiImmediate(message);
  const events = await send();
  assertEquals(
    events.map(({ properties }) => properties["$cookieless_mode"]),
    [true, true, true, true],
  );
});

Deno.test("an option goes before its property, which never stays (R14, UPS-021)", async () => {
  const message = {
    options: { process_person_profile: true },
    properties: { $process_person_profile: false },
  };
  const { event } = await sendOne(message, V1);
  assertEquals([event.options, ownProperties(event)], [message.options, {}]);
  const { event: old } = await sendOne(message, V0);
  assertEquals(ownProperties(old), { $process_person_profile: true });
});

Deno.test("an option that is null or undefined is not set (R15, UPS-023)", async () => {
  const { event } = await sendOne({
    options: {
      process_person_profile: null,
      cookieless_mode: undefined,
      beta: null,
      product_tour_id: "t1",
    },
    properties: { $process_person_profile: "FALSE", $cookieless_mode: 1 },
  }, V1);
  assertEquals(event.options, {
    process_person_profile: false,
    cookieless_mode: true,
    product_tour_id: "t1",
  });
});

Deno.test("an option of another type is sent as it is, with one warning for each name (R16, UPS-022)", async () => {
  const { posthog, send, warnings, errors } = createSender(V1);
  for (
    const options of ["no", 5].map((wrong) => ({
      product_tour_id: 7,
      process_person_profile: wrong,
    }))
  ) {
    posthog.capture({ event: "a", distinctId: "u", options: options as never });
  }
  const events = await send();
  assertEquals(events.map(({ options }) => options), [
    { product_tour_id: 7, process_person_profile: "no" },
    { product_tour_id: 7, process_person_profile: 5 },
  ]);
  const told = warnings().filter((text) => text.includes("PostHog may drop"));
  assertEquals(told.length, 2);
  for (const name of ["product_tour_id", "process_person_profile"]) {
    assertEquals(told.filter((text) => text.includes(name)).length, 1);
  }
  assertEquals(told.some((text) => /7|5|"no"/.test(text)), false);
  assertEquals(errors.length, 1);
});

Deno.test("options that are no plain object are ignored, with one warning (UPS-025)", async () => {
  for (const wrong of [5, "x", [1], () => 1]) {
    const { event, warnings } = await sendOne({ options: wrong as never }, V1);
    assertEquals(event.options, {});
    assertEquals(warnings().length, 1);
    assertStringIncludes(warnings()[0] ?? "", "'options'");
  }
});

Deno.test("options are copied at the call, and made JSON (UPS-024)", async () => {
  const { posthog, send } = createSender(V1);
  const beta: Record<string, unknown> = { at: new Date(0), n: 1n };
  posthog.capture({
    event: "a",
    distinctId: "u",
    options: { beta: beta as never },
  });
  beta["late"] = 1;
  const [event] = await send();
  assertEquals(event?.options, {
    beta: { at: "1970-01-01T00:00:00.000Z", n: "1" },
  });
});

for (
  const [mode, read] of [
    [V1, ({ options }) => options?.["process_person_profile"]],
    [V0, ({ properties }) => properties["$process_person_profile"]],
  ] as const satisfies [
    object,
    (event: Awaited<ReturnType<typeof sendOne>>["event"]) => unknown,
  ][]
) {
  Deno.test(`an explicit option goes before that of a personless event in ${mode.captureMode} (R17, UPS-028)`, async () => {
    const message = { distinctId: undefined };
    const { event: bare } = await sendOne(message, mode);
    const options = { process_person_profile: true };
    const { event: told } = await sendOne({ ...message, options }, mode);
    assertEquals([read(bare), read(told)], [false, true]);
  });
}

const without: BeforeSend = ({ options: _, ...event }) => event;
const HOOKS: readonly [
  what: string,
  beforeSend: BeforeSend | BeforeSend[],
  expected: object,
  warnings?: number,
][] = [
  ["that clears them", (event) => ({ ...event, options: {} }), {}],
  ["whose event lacks them", without, R12.options],
  ["after one whose event lacks them", [without, (event) => {
    event.options["beta"] = 2;
    return event;
  }], { ...R12.options, beta: 2 }],
  ["that deletes them in place", (event) => {
    delete event.options["beta"];
    return event;
  }, { process_person_profile: false }],
  ["that adds one", ({ options, ...event }) => ({
    ...event,
    options: { ...options, at: new Date(0), gone: null },
  }), { ...R12.options, at: "1970-01-01T00:00:00.000Z" }],
  [
    "that gives a list",
    (event) => ({ ...event, options: [] as never }),
    R12.options,
    1,
  ],
  [
    "that gives null",
    (event) => ({ ...event, options: null as never }),
    R12.options,
    1,
  ],
  ["that freezes what it gives", [
    ({ options: _, ...event }) => Object.freeze(event),
    without,
  ], R12.options],
];
for (const [what, beforeSend, expected, count = 0] of HOOKS) {
  Deno.test(`beforeSend sees the options, and what a hook ${what} leaves is sent (R18, UPS-027)`, async () => {
    const { event, warnings } = await sendOne(R12, { ...V1, beforeSend });
    assertEquals(event.options, expected);
    assertEquals(warnings().length, count);
  });
}

Deno.test("beforeSend sees explicit options alone, and an object where there are none (UPS-027)", async () => {
  const seen: unknown[] = [];
  const beforeSend: BeforeSend = (event) => {
    seen.push(structuredClone(event.options));
    return event;
  };
  await sendOne(R12, { ...V1, beforeSend });
  await sendOne({ properties: { $cookieless_mode: true } }, {
    ...V1,
    beforeSend,
  });
  assertEquals(seen, [R12.options, {}]);
});

Deno.test("the stored text has options beside properties, absent when empty (UPS-029)", () => {
  const { posthog } = createTestClient({ ...V0, testMode: true });
  posthog.capture({ event: "a", distinctId: "u", ...R12 });
  posthog.capture({ event: "b", distinctId: "u", options: {} });
  const [one, two] = posthog.queuedEvents();
  assertEquals([one?.["options"], "options" in Object(two)], [
    R12.options,
    false,
  ]);
});

Deno.test("a property named options is no option in v0 (UPS-029)", async () => {
  const properties = { options: { cookieless_mode: true } };
  const { event } = await sendOne({ properties }, V0);
  assertEquals(ownProperties(event), properties);
});

for (const [from, to] of [["v0", "v1"], ["v1", "v0"]] as const) {
  Deno.test(`an event that a ${from} client put into a queue keeps its options for a ${to} client (R70, UPS-029)`, async () => {
    const bodies: unknown[] = [];
    const producer = new PostHog("phc_x", {
      captureMode: from,
      transport: queueTransport({
        sendBatch: (messages) =>
          Promise.resolve(bodies.push(...messages.map(({ body }) => body))),
      }),
    });
    producer.capture({
      event: "a",
      distinctId: "u",
      options: { beta: 1, cookieless_mode: true },
    });
    await producer.flush();
    const { posthog, send } = createSender({ captureMode: to });
    await consumeQueue({ messages: bodies.map(createMessage) }, posthog);
    const [event] = await send();
    assertEquals(
      [event?.options, event?.properties["$cookieless_mode"]],
      to === "v1"
        ? [{ beta: 1, cookieless_mode: true }, undefined]
        : [undefined, true],
    );
  });
}

Deno.test("registered options go out with every event until they are taken back, below its own (R19, UPS-066, UPS-021)", async () => {
  const { posthog, send, warnings } = createSender(V1);
  const options = { cookieless_mode: true, beta: { x: [1] } };
  const event = { event: "a", distinctId: "u" };
  const registered = posthog.registerOptions(options);
  options.beta.x.push(2);
  posthog.capture(event);
  assertEquals(await registered, undefined);
  await posthog.registerOptions({ process_person_profile: false });
  posthog.capture({
    ...event,
    properties: { $process_person_profile: true, $cookieless_mode: false },
    options: { beta: 3, cookieless_mode: null },
  });
  assertEquals(await posthog.unregisterOptions("cookieless_mode"), undefined);
  posthog.capture(event);
  await posthog.registerOptions({
    beta: undefined,
    process_person_profile: null,
  });
  posthog.capture(event);
  assertEquals((await send()).map(({ options }) => options), [
    { cookieless_mode: true, beta: { x: [1] } },
    { cookieless_mode: true, process_person_profile: false, beta: 3 },
    { process_person_profile: false, beta: { x: [1] } },
    {},
  ]);
  assertEquals(warnings(), []);
});

for (const wrong of [undefined, null, 5, "x", [1]]) {
  Deno.test(`registerOptions(${JSON.stringify(wrong)}) changes nothing and warns (UPS-066)`, async () => {
    const { posthog, send, warnings } = createSender(V1);
    await posthog.registerOptions({ beta: 1 });
    assertEquals(await posthog.registerOptions(wrong as never), undefined);
    posthog.capture({ event: "a", distinctId: "u" });
    const [event] = await send();
    assertEquals([event?.options, warnings().length], [{ beta: 1 }, 1]);
  });
}

Deno.test("registerOptions() resolves whatever it is given, and a scope has none (UPS-066)", async () => {
  const { posthog, errors } = createTestClient(V1);
  const hostile = {
    get beta(): never {
      throw new Error("no");
    },
  };
  assertEquals(await posthog.registerOptions(hostile), undefined);
  assertEquals(errors.length, 1);
  assertEquals("registerOptions" in posthog.forRequest(), false);
  assertEquals("unregisterOptions" in posthog.forRequest(), false);
});

Deno.test("registered options go out with exposures, exceptions and identity events too (UPS-067)", async () => {
  const { posthog, send } = createSender({ ...V1, flags: { f: true } });
  await posthog.registerOptions({ beta: 1 });
  const flags = await posthog.evaluateFlags("u");
  flags.isEnabled("f");
  posthog.captureException(new Error("x"), "u");
  posthog.identify({ distinctId: "u" });
  posthog.groupIdentify({ groupType: "t", groupKey: "k" });
  posthog.alias({ distinctId: "u", alias: "v" });
  posthog.forRequest().capture({ event: "a" });
  const events = await send();
  assertEquals(events.map(({ event, options }) => [event, options?.["beta"]]), [
    ["$feature_flag_called", 1],
    ["$exception", 1],
    ["$identify", 1],
    ["$groupidentify", 1],
    ["$create_alias", 1],
    ["a", 1],
  ]);
});

Deno.test("a hook can't change what was registered (UPS-066)", async () => {
  const { posthog, send } = createSender({
    ...V1,
    beforeSend(event) {
      (event.options["beta"] as { x: number[] }).x.push(2);
      return event;
    },
  });
  await posthog.registerOptions({ beta: { x: [] } });
  for (const _ of "12") posthog.capture({ event: "a", distinctId: "u" });
  const events = await send();
  assertEquals(events.map(({ options }) => options?.["beta"]), [
    { x: [2] },
    { x: [2] },
  ]);
});

Deno.test("a registered option that PostHog refuses on identity events gives the property's warning (UPS-067)", async () => {
  const { posthog, warnings } = createSender(V1);
  await posthog.registerOptions({ process_person_profile: false });
  posthog.capture({ event: "a", distinctId: "u" });
  assertEquals(warnings(), []);
  posthog.identify({ distinctId: "u" });
  assertEquals(warnings().length, 1);
  assertStringIncludes(warnings()[0] ?? "", "$identify");
});

Deno.test("an option of the name __proto__ is sent as data (CAP-050)", async () => {
  // Deno has taken the accessor away that other runtimes have.
  Object.defineProperty(Object.prototype, "__proto__", {
    configurable: true,
    set(prototype) {
      Object.setPrototypeOf(this, prototype);
    },
  });
  try {
    const text = '{"__proto__":{"process_person_profile":false},"beta":1}';
    const { event } = await sendOne({ options: JSON.parse(text) }, V1);
    assertEquals(JSON.stringify(event.options), text);
  } finally {
    Reflect.deleteProperty(Object.prototype, "__proto__");
  }
});

Deno.test("nothing is told of what a hook mends, while flags are evaluated either (R16, R22)", async () => {
  const { posthog, send, clock, warnings } = createSender({
    ...V1,
    flags: {},
    beforeSend: (event) => ({ ...event, properties: {}, options: {} }),
  });
  posthog.capture({
    event: "a",
    distinctId: "u",
    properties: { $session_id: 5 },
    options: { cookieless_mode: "no" as never },
    sendFeatureFlags: true,
  });
  const sent = send();
  await clock.advance(2000);
  assertEquals((await sent).map(({ options }) => options), [{}]);
  assertEquals(warnings().filter((text) => /type|\$/.test(text)), []);
});
