import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import { serializeEvent } from "../../../src/delivery/serialize.ts";
import { writeBody } from "../../../src/delivery/wire.ts";

const ROOT = {
  event: "movie played",
  distinct_id: "user:123",
  timestamp: "2026-01-02T03:04:05.678Z",
  uuid: "019b7ca9-8f2e-7000-8000-000000000001",
};

function serialize(
  properties: Record<string, unknown>,
  options: JsonObject = {},
  captureMode: "v0" | "v1" = "v1",
) {
  const made = serializeEvent(
    ROOT,
    { ...properties } as JsonObject,
    options,
    captureMode,
    { debug() {}, warn() {} },
  );
  const { batch: [sent] } = JSON.parse(writeBody({ made: 1 }, [made]));
  return { ...made, sent };
}

/** The event as v1 has it. */
function transform(properties: Record<string, unknown>): JsonObject {
  return serialize(properties).sent;
}

Deno.test("serializeEvent() gives the event of the specification's golden vector (CAP-164 to CAP-171)", () => {
  const event = transform({
    movie_id: "123",
    $session_id: "s1",
    $process_person_profile: false,
    $groups: { company: "42" },
    $lib: "edgehog",
    $lib_version: "1.0.0",
    $is_server: true,
    $geoip_disable: true,
  });
  assertEquals(event, {
    event: "movie played",
    distinct_id: "user:123",
    timestamp: "2026-01-02T03:04:05.678Z",
    uuid: "019b7ca9-8f2e-7000-8000-000000000001",
    session_id: "s1",
    options: { process_person_profile: false },
    properties: {
      movie_id: "123",
      $groups: { company: "42" },
      $is_server: true,
      $geoip_disable: true,
    },
  });
});

Deno.test("serializeEvent() always has options, empty when nothing applies (CAP-166)", () => {
  assertEquals(transform({})["options"], {});
});

const BOOLEAN_ROWS: readonly [value: unknown, expected: boolean | undefined][] =
  [
    [true, true],
    [1, true],
    [-0.5, true],
    ["TRUE", true],
    [" 1 ", true],
    [false, false],
    [0, false],
    [" 0 ", false],
    ["False", false],
    ["yes", undefined],
    ["", undefined],
    [{}, undefined],
    [null, undefined],
    [[true], undefined],
  ];

for (const [value, expected] of BOOLEAN_ROWS) {
  Deno.test(`serializeEvent() reads the option ${JSON.stringify(value)} as ${expected} (CAP-167, CAP-168)`, () => {
    const { options, properties } = transform({
      $cookieless_mode: value,
      $ignore_sent_at: value,
      $process_person_profile: value,
    });
    assertEquals(
      options,
      expected === undefined ? {} : {
        cookieless_mode: expected,
        disable_skew_correction: expected,
        process_person_profile: expected,
      },
    );
    assertEquals(properties, {});
  });
}

Deno.test("serializeEvent() takes only a text as tour id (CAP-169)", () => {
  assertEquals(transform({ $product_tour_id: "t1" })["options"], {
    product_tour_id: "t1",
  });
  assertEquals(transform({ $product_tour_id: 5 }), transform({}));
});

Deno.test("serializeEvent() lifts session and window ids that are texts, and removes others (CAP-170)", () => {
  const event = transform({ $session_id: "s", $window_id: "w" });
  assertEquals([event["session_id"], event["window_id"], event["properties"]], [
    "s",
    "w",
    {},
  ]);
  assertEquals(transform({ $session_id: 5, $window_id: null }), transform({}));
});

Deno.test("serializeEvent() removes a repeated distinct id, and only that (CAP-171, CAP-073)", () => {
  assertEquals(
    transform({ distinct_id: "user:123", alias: "a" })["properties"],
    { alias: "a" },
  );
  assertEquals(transform({ distinct_id: "other" })["properties"], {
    distinct_id: "other",
  });
});

Deno.test("serializeEvent() keeps person updates and __proto__ as data (CAP-171)", () => {
  const text = '{"$set":{"a":1},"$unset":["b"],"__proto__":{"x":1}}';
  const { properties } = transform(JSON.parse(text));
  assertEquals(JSON.stringify(properties), text);
});

const LIBRARY = { $lib: "edgehog", $lib_version: "1.0.0" };
const OPTIONS = { cookieless_mode: true, beta: 1 };

for (
  const [name, properties, options] of [
    ["nothing to say", {}, {}],
    ["properties that only v0 has", LIBRARY, {}],
    ["properties that both have", { a: 1, b: '","properties":{' }, {}],
    ["both kinds", { a: 'é"', ...LIBRARY, $window_id: "w", z: null }, {}],
    ["options", { $cookieless_mode: false, a: { $lib: 1 } }, OPTIONS],
    ["options alone", {}, OPTIONS],
    ["an id of its own", { distinct_id: "other" }, {}],
    ["the id once more", { distinct_id: "user:123", ...LIBRARY }, {}],
  ] as const
) {
  for (const captureMode of ["v0", "v1"] as const) {
    Deno.test(`serializeEvent() shows applications an event with ${name} as it was captured, in ${captureMode}`, () => {
      const { text, bytes } = serialize(properties, options, captureMode);
      assertEquals(JSON.parse(text), {
        ...ROOT,
        properties,
        ...(options === OPTIONS && { options }),
      });
      assertEquals(bytes, new TextEncoder().encode(text).length);
    });
  }
}

Deno.test("serializeEvent() writes an event once where v0 has it as applications see it", () => {
  const { sent, text, wire } = serialize({ a: 1, ...LIBRARY }, {}, "v0");
  assertEquals([wire, sent], [undefined, JSON.parse(text)]);
});

Deno.test("serializeEvent() puts options where v0 has them, over properties (UPS-026)", () => {
  const properties = { a: 1, $cookieless_mode: false, $ignore_sent_at: 1 };
  const { sent } = serialize(properties, OPTIONS, "v0");
  assertEquals(sent, {
    ...ROOT,
    properties: { ...properties, $cookieless_mode: true },
  });
});
