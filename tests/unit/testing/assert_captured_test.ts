import { assertEquals, assertThrows } from "@std/assert";
import {
  assertCaptured,
  assertExceptionCaptured,
  assertExposed,
  assertNotCaptured,
  createTestClient,
} from "../../../src/testing/mod.ts";

/** What an assertion says when it fails. */
function messageOf(assertion: () => unknown): string {
  return assertThrows(assertion, Error).message;
}

Deno.test("assertCaptured() finds the event that has the properties, in a kit, an emulator and a list", async () => {
  const kit = createTestClient();
  for (const total of [1, 2]) {
    kit.posthog.capture({
      distinctId: `user-${total}`,
      event: "order placed",
      properties: { total, items: [{ total }] },
    });
  }
  const expected = {
    event: "order placed",
    properties: { items: [{ total: 2 }] },
  };
  assertEquals(assertCaptured(kit, expected).distinctId, "user-2");
  assertEquals(assertCaptured(kit, "order placed").distinctId, "user-1");
  await kit.posthog.flush();
  for (const source of [kit.emulator, kit.emulator.events]) {
    assertEquals(assertCaptured(source, expected).arrival, 1);
  }
});

Deno.test("assertCaptured() shows in what the nearest event differs", () => {
  const { posthog, events } = createTestClient();
  posthog.capture({ distinctId: "user-1", event: "order placed" });
  posthog.capture({
    distinctId: "user-2",
    event: "order placed",
    properties: {
      total: 2,
      items: [{ n: 1, more: true }],
      note: "x".repeat(300),
    },
  });
  const message = messageOf(() =>
    assertCaptured(events, {
      event: "order placed",
      distinctId: "user-2",
      properties: { total: 3, items: [{ n: 1 }], note: "x", tags: [] },
    })
  );
  assertEquals(message.split("\n"), [
    "No captured event is the one expected: of those of its name this is the nearest (- expected, + captured)",
    '  event: "order placed"',
    '  distinctId: "user-2"',
    "- properties.total: 3",
    "+ properties.total: 2",
    "  properties.items[0].n: 1",
    "+ properties.items[0].more: true",
    '- properties.note: "x"',
    `+ properties.note: "${"x".repeat(199)}…`,
    "- properties.tags: []",
  ]);
});

Deno.test("assertCaptured() lists what is there where nothing has the name", () => {
  const kit = createTestClient();
  assertEquals(messageOf(() => assertCaptured(kit, "refund")).split("\n"), [
    'No captured event is the one expected: none is named "refund"',
    "  nothing was captured",
  ]);
  for (const event of ["a", "b", "a"]) {
    kit.posthog.capture({ distinctId: "user-1", event });
  }
  assertEquals(messageOf(() => assertCaptured(kit, "refund")).split("\n"), [
    'No captured event is the one expected: none is named "refund"',
    '  captured: 2 × "a"',
    '  captured: 1 × "b"',
  ]);
});

Deno.test("assertCaptured() is not fooled by a value that only prints alike", () => {
  const { posthog, events } = createTestClient();
  posthog.capture({
    distinctId: "user-1",
    event: "a",
    properties: { list: [], object: {}, text: "1", nothing: null },
  });
  const wrong = [{ list: {} }, { object: [] }, { text: 1 }, {
    nothing: "null",
  }];
  for (const properties of wrong) {
    const expected = { event: "a", properties };
    assertThrows(() => assertCaptured(events, expected), Error, "- properties");
    assertNotCaptured(events, expected);
  }
});

Deno.test("assertNotCaptured() shows the event that should not be there", () => {
  const kit = createTestClient();
  assertNotCaptured(kit, "a");
  kit.posthog.capture({ distinctId: "u", event: "a", properties: { n: 1 } });
  assertNotCaptured(kit, { event: "a", properties: { n: 2 } });
  const message = messageOf(() => assertNotCaptured(kit, { event: "a" }));
  assertEquals(message.split("\n").slice(0, 4), [
    "An event was captured that should not have been",
    '  event: "a"',
    '  distinctId: "u"',
    "  properties.n: 1",
  ]);
});

Deno.test("assertExposed() and assertExceptionCaptured() know what their events say", async () => {
  const kit = createTestClient({ flags: { arm: "annual" } });
  (await kit.posthog.evaluateFlags("user-1")).getFlag("arm");
  kit.posthog.captureException(new RangeError("too many"), "user-1");
  assertExposed(kit, { flag: "arm" });
  assertExposed(kit, { flag: "arm", value: "annual", distinctId: "user-1" });
  assertExceptionCaptured(kit);
  assertExceptionCaptured(kit, { type: "RangeError", message: "too many" });
  const failures: [() => unknown, string][] = [
    [
      () => assertExposed(kit, { flag: "arm", value: "monthly" }),
      '- properties.$feature_flag_response: "monthly"\n+ properties.$feature_flag_response: "annual"',
    ],
    [
      () => assertExposed(kit, { flag: "no" }),
      '+ properties.$feature_flag: "arm"',
    ],
    [
      () => assertExceptionCaptured(kit, { type: "TypeError" }),
      '- properties.$exception_type: "TypeError"\n+ properties.$exception_type: "RangeError"',
    ],
    [
      () => assertExceptionCaptured(kit, { distinctId: "user-2" }),
      '- distinctId: "user-2"',
    ],
  ];
  for (const [assertion, says] of failures) {
    assertThrows(assertion, Error, says);
  }
});
