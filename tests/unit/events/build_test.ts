import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { EventContext, EventDraft } from "../../../src/core/event.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { createUuidSource, isUuid } from "../../../src/core/uuid.ts";
import { VERSION } from "../../../src/core/version.ts";
import { type BuildContext, buildEvent } from "../../../src/events/build.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const createUuid = createUuidSource(systemRandom);
const flags = {
  toEventProperties: () => ({
    "$feature/a": true,
    $active_feature_flags: ["a"],
    layer: "flags",
  }),
};
const context: EventContext = {
  distinctId: "from-scope",
  sessionId: "s1",
  properties: { layer: "scope" },
};

function build(
  draft: Partial<EventDraft>,
  overrides: Partial<BuildContext> = {},
) {
  const result = buildEvent({ event: "e", distinctId: "user-1", ...draft }, {
    now: () => new Date(NOW).toISOString(),
    createUuid: () => createUuid(NOW),
    superProperties: {},
    context: undefined,
    isServer: true,
    disableGeoip: undefined,
    ...overrides,
  });
  return result;
}

function built(
  draft: Partial<EventDraft>,
  overrides: Partial<BuildContext> = {},
) {
  const result = build(draft, overrides);
  assert(result.kind === "built");
  return result;
}

const OWN = {
  $lib: "edgehog",
  $lib_version: VERSION,
  $is_server: true,
  $geoip_disable: true,
};

Deno.test("buildEvent() makes the event of the specification's golden vector", () => {
  const { event, notes } = built({
    event: "movie played",
    distinctId: "user:123",
    properties: {
      movie_id: "123",
      $session_id: "s1",
      $process_person_profile: false,
    },
    groups: { company: "42" },
    uuid: "019b7ca9-8f2e-7000-8000-000000000001",
  });
  assertEquals(notes, []);
  assertEquals(event, {
    event: "movie played",
    distinctId: "user:123",
    timestamp: "2026-01-02T03:04:05.678Z",
    uuid: "019b7ca9-8f2e-7000-8000-000000000001",
    properties: {
      movie_id: "123",
      $session_id: "s1",
      $process_person_profile: false,
      $groups: { company: "42" },
      ...OWN,
    },
  });
});

for (const event of [undefined, "", "  ", 5, null]) {
  Deno.test(`buildEvent() refuses the name ${JSON.stringify(event)} with one warning (CAP-022)`, () => {
    const { kind, notes } = build({ event });
    assertEquals([kind, notes.length], ["refused", 1]);
  });
}

Deno.test("buildEvent() stringifies numeric ids and never trims (CAP-024)", () => {
  assertEquals(built({ distinctId: 42 }).event.distinctId, "42");
  assertEquals(built({ distinctId: 42n }).event.distinctId, "42");
  assertEquals(built({ distinctId: " padded " }).event.distinctId, " padded ");
  assertEquals(
    built({ distinctId: "x".repeat(5000) }).event.distinctId.length,
    5000,
  );
});

for (const distinctId of [undefined, null, "", "  ", {}, true]) {
  Deno.test(`buildEvent() makes a personless event of the id ${JSON.stringify(distinctId)} (CAP-025)`, () => {
    const [one, two] = [
      built({ distinctId }).event,
      built({ distinctId }).event,
    ];
    assert(isUuid(one.distinctId));
    assertNotEquals(one.distinctId, two.distinctId);
    assertEquals(one.properties["$process_person_profile"], false);
  });
}

Deno.test("buildEvent() keeps the caller's $process_person_profile (CAP-026, CAP-027)", () => {
  const kept = built({
    distinctId: undefined,
    properties: { $process_person_profile: true },
  });
  assertEquals(kept.event.properties["$process_person_profile"], true);
  assert(!Object.hasOwn(built({}).event.properties, "$process_person_profile"));
});

Deno.test("buildEvent() warns of properties and groups of the wrong kind and goes on (CAP-028, CAP-032)", () => {
  for (const wrong of [[1], "x", 5]) {
    const { event, notes } = built({ properties: wrong, groups: wrong });
    assertEquals(event.properties, OWN);
    assertEquals(notes.length, 2);
  }
});

Deno.test("buildEvent() puts groups over the caller's $groups, unless there are none (CAP-032, CAP-033)", () => {
  const properties = { $groups: { old: 1 } };
  assertEquals(
    built({ properties, groups: { company: "a", n: 5 } }).event
      .properties["$groups"],
    { company: "a", n: 5 },
  );
  assertEquals(built({ properties, groups: {} }).event.properties["$groups"], {
    old: 1,
  });
});

Deno.test("buildEvent() layers super < scope < flags < caller < own (CAP-034)", () => {
  const superProperties = { layer: "super", only: "super" };
  const layer = (
    draft: Partial<EventDraft>,
    overrides: Partial<BuildContext>,
  ) => built(draft, overrides).event.properties["layer"];
  assertEquals(layer({}, { superProperties }), "super");
  assertEquals(layer({}, { superProperties, context }), "scope");
  assertEquals(layer({ flags }, { superProperties, context }), "flags");
  assertEquals(
    layer({ flags, properties: { layer: "caller" } }, {
      superProperties,
      context,
    }),
    "caller",
  );
  const own = built({
    properties: { $lib: "mine", $lib_version: "0", $is_server: false },
  }).event.properties;
  assertEquals([own["$lib"], own["$lib_version"], own["$is_server"]], [
    "edgehog",
    VERSION,
    true,
  ]);
});

Deno.test("buildEvent() lets the caller's $feature/x win over the snapshot (CAP-035, CAP-036)", () => {
  const { properties } =
    built({ flags, properties: { "$feature/a": "mine" } }).event;
  assertEquals(
    [properties["$feature/a"], properties["$active_feature_flags"]],
    ["mine", ["a"]],
  );
});

Deno.test("buildEvent() ignores flags that are no snapshot, with a warning", () => {
  const { event, notes } = built({ flags: { a: true } });
  assertEquals(event.properties, OWN);
  assertEquals(notes.length, 1);
});

Deno.test("buildEvent() takes identity and session from the scope, below the caller's", () => {
  const fromScope = built({ distinctId: undefined }, { context }).event;
  assertEquals([fromScope.distinctId, fromScope.properties["$session_id"]], [
    "from-scope",
    "s1",
  ]);
  const explicit =
    built({ properties: { $session_id: "mine" } }, { context }).event;
  assertEquals([explicit.distinctId, explicit.properties["$session_id"]], [
    "user-1",
    "mine",
  ]);
});

Deno.test("buildEvent() drops what needs an identity and has none", () => {
  assertEquals(
    build({ distinctId: undefined, withoutIdentity: "drop" }).kind,
    "refused",
  );
  assertEquals(
    build({ distinctId: undefined, withoutIdentity: "drop" }, { context }).kind,
    "built",
  );
});

const GEOIP_ROWS: readonly [
  client: boolean | undefined,
  call: boolean | undefined,
  ip: boolean,
  expected: boolean,
][] = [
  [undefined, undefined, false, true],
  [false, undefined, false, false],
  [false, true, false, true],
  [true, false, false, false],
  [undefined, undefined, true, false],
  [true, undefined, true, true],
  [undefined, true, true, true],
];

for (const [disableGeoip, call, hasIp, expected] of GEOIP_ROWS) {
  Deno.test(`buildEvent() decides $geoip_disable: client ${disableGeoip}, call ${call}, $ip ${hasIp} (CAP-031)`, () => {
    const scope = hasIp
      ? { ...context, properties: { $ip: "203.0.113.7" } }
      : undefined;
    const { properties } =
      built({ disableGeoip: call }, { disableGeoip, context: scope }).event;
    assertEquals(Object.hasOwn(properties, "$geoip_disable"), expected);
  });
}

Deno.test("buildEvent() leaves $is_server out when off (CAP-030)", () => {
  assert(
    !Object.hasOwn(
      built({}, { isServer: false }).event.properties,
      "$is_server",
    ),
  );
});

Deno.test("buildEvent() replaces a bad timestamp by now, with a warning (CAP-056)", () => {
  const { event, notes } = built({ timestamp: "soon" });
  assertEquals([event.timestamp, notes.length], [
    "2026-01-02T03:04:05.678Z",
    1,
  ]);
});

Deno.test("buildEvent() sends a caller's uuid as given, and replaces a bad one (CAP-058 to CAP-060)", () => {
  const upper = "019B7CA9-8F2E-7000-8000-000000000001";
  assertEquals(built({ uuid: upper }).event.uuid, upper);
  assertEquals(built({ messageId: upper }).event.uuid, upper);
  assertEquals(built({ uuid: "abc", messageId: upper }).event.uuid, upper);
  const { event, notes } = built({ uuid: "abc", messageId: "m-1" });
  assert(isUuid(event.uuid));
  assertEquals(notes.map(({ level }) => level), ["warn", "debug"]);
});

Deno.test("buildEvent() warns of names and ids over 200 bytes and sends them (CAP-063)", () => {
  assertEquals(built({ event: "é".repeat(101) }).notes.length, 1);
  assertEquals(built({ event: "é".repeat(100) }).notes.length, 0);
  assertEquals(built({ distinctId: "x".repeat(201) }).notes.length, 1);
});

Deno.test("buildEvent() keeps only allowed properties where a list is given", () => {
  const { event } = built({
    properties: { a: 1, b: 2 },
    allowedProperties: new Set(["a", "$lib"]),
  });
  assertEquals(event.properties, { a: 1, $lib: "edgehog" });
});

for (const id of ["null", "0", " Anonymous ", "[object Object]", "NaN"]) {
  Deno.test(`buildEvent() hints that PostHog takes the id '${id}' for nobody`, () => {
    const { event, notes } = built({ distinctId: id });
    assertEquals(event.distinctId, id);
    assertEquals(notes.map(({ level }) => level), ["debug"]);
  });
}

for (const name of ["$identify", "$create_alias", "$groupidentify", "$set"]) {
  Deno.test(`buildEvent() warns of $process_person_profile: false on ${name} (CAP-085)`, () => {
    const properties = { $process_person_profile: false };
    assertEquals(built({ event: name, properties }).notes.length, 1);
    assertEquals(built({ event: "paid", properties }).notes.length, 0);
    assertEquals(built({ event: name, properties: {} }).notes.length, 0);
  });
}

Deno.test("buildEvent() shares nothing with the layers it merges, which a hook may change", () => {
  const superProperties = { shared: { list: [1] } };
  const { event } = built({}, { superProperties });
  (event.properties["shared"] as { list: number[] }).list.push(2);
  assertEquals(superProperties, { shared: { list: [1] } });
});
