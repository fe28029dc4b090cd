import { assertEquals } from "@std/assert";
import { toV1Event } from "../../../src/delivery/wire_v1.ts";

function transform(
  properties: Record<string, unknown>,
): ReturnType<typeof toV1Event> {
  return toV1Event(JSON.stringify({
    event: "movie played",
    distinct_id: "user:123",
    properties,
    timestamp: "2026-01-02T03:04:05.678Z",
    uuid: "019b7ca9-8f2e-7000-8000-000000000001",
  }));
}

Deno.test("toV1Event() gives the event of the specification's golden vector (CAP-164 to CAP-171)", () => {
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

Deno.test("toV1Event() always has options, empty when nothing applies (CAP-166)", () => {
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
  Deno.test(`toV1Event() reads the option ${JSON.stringify(value)} as ${expected} (CAP-167, CAP-168)`, () => {
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

Deno.test("toV1Event() takes only a text as tour id (CAP-169)", () => {
  assertEquals(transform({ $product_tour_id: "t1" })["options"], {
    product_tour_id: "t1",
  });
  assertEquals(transform({ $product_tour_id: 5 }), transform({}));
});

Deno.test("toV1Event() lifts session and window ids that are texts, and removes others (CAP-170)", () => {
  const event = transform({ $session_id: "s", $window_id: "w" });
  assertEquals([event["session_id"], event["window_id"], event["properties"]], [
    "s",
    "w",
    {},
  ]);
  assertEquals(transform({ $session_id: 5, $window_id: null }), transform({}));
});

Deno.test("toV1Event() removes a repeated distinct id, and only that (CAP-171, CAP-073)", () => {
  assertEquals(
    transform({ distinct_id: "user:123", alias: "a" })["properties"],
    { alias: "a" },
  );
  assertEquals(transform({ distinct_id: "other" })["properties"], {
    distinct_id: "other",
  });
});

Deno.test("toV1Event() keeps person updates and __proto__ as data (CAP-171)", () => {
  const event = toV1Event(
    '{"distinct_id":"u","properties":{"$set":{"a":1},"$unset":["b"],"__proto__":{"x":1}}}',
  );
  assertEquals(
    JSON.stringify(event["properties"]),
    '{"$set":{"a":1},"$unset":["b"],"__proto__":{"x":1}}',
  );
});
