import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type {
  CapturedEvent,
  EventContext,
  EventDraft,
  RawMessage,
} from "../../../src/core/event.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { createUuidSource, isUuid } from "../../../src/core/uuid.ts";
import { VERSION } from "../../../src/core/version.ts";
import type { Pipeline } from "../../../src/events/pipeline.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import { createPipeline, type HostParts } from "./_pipeline.ts";
import { createRecordingReporter } from "./_reporter.ts";

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

interface Overrides {
  isServer?: boolean;
  disableGeoip?: boolean | undefined;
  superProperties?: JsonObject;
  context?: EventContext | undefined;
  beforeSend?: (event: CapturedEvent) => CapturedEvent;
}

function createPipelineAtNow(parts: HostParts): Pipeline {
  return createPipeline({
    clock: { now: () => NOW, sleep: () => Promise.resolve() },
    createUuid,
    ...parts,
  });
}

/** A draft, and what the caller said beside its name, in one. */
type Said = Partial<EventDraft> & RawMessage;

/** What the pipeline made of a draft, and what it told. */
function build(
  draft: Said,
  { superProperties = {}, context, beforeSend, ...options }: Overrides = {},
) {
  const { event: name, ownProperties, seal, ...said } = {
    event: "e",
    ...draft,
  };
  const { reporter, notes, drops } = createRecordingReporter();
  const pipeline = createPipelineAtNow({
    reporter,
    beforeSend: beforeSend ? [beforeSend] : [],
    superProperties,
    options,
  });
  const item = pipeline.build(
    {
      event: name,
      message: { distinctId: "user-1", ...said },
      ...(ownProperties && { ownProperties }),
      ...(seal && { seal }),
    },
    context,
  );
  if (!item) {
    assertEquals(drops.map(({ reason }) => reason), ["invalid"]);
    return { kind: "refused" as const, notes };
  }
  assertEquals([drops, item.preparation], [[], undefined]);
  const { distinct_id: distinctId, ...event } = JSON.parse(item.text);
  const built: CapturedEvent = { options: {}, ...event, distinctId };
  assertEquals([item.uuid, item.event], [built.uuid, built.event]);
  return { kind: "built" as const, event: built, notes };
}

function built(draft: Said, overrides: Overrides = {}) {
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

Deno.test("prepare() makes the event of the specification's golden vector", () => {
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
    options: {},
  });
});

for (const event of [undefined, "", "  ", 5, null]) {
  Deno.test(`prepare() refuses the name ${JSON.stringify(event)} with one warning (CAP-022)`, () => {
    const { kind, notes } = build({ event });
    assertEquals([kind, notes.length], ["refused", 1]);
  });
}

Deno.test("prepare() stringifies numeric ids and never trims (CAP-024)", () => {
  assertEquals(built({ distinctId: 42 }).event.distinctId, "42");
  assertEquals(built({ distinctId: 42n }).event.distinctId, "42");
  assertEquals(built({ distinctId: " padded " }).event.distinctId, " padded ");
  assertEquals(
    built({ distinctId: "x".repeat(5000) }).event.distinctId.length,
    5000,
  );
});

for (const distinctId of [undefined, null, "", "  ", {}, true]) {
  Deno.test(`prepare() makes a personless event of the id ${JSON.stringify(distinctId)} (CAP-025)`, () => {
    const [one, two] = [
      built({ distinctId }).event,
      built({ distinctId }).event,
    ];
    assert(isUuid(one.distinctId));
    assertNotEquals(one.distinctId, two.distinctId);
    assertEquals(one.properties["$process_person_profile"], false);
  });
}

Deno.test("prepare() keeps the caller's $process_person_profile (CAP-026, CAP-027)", () => {
  const kept = built({
    distinctId: undefined,
    properties: { $process_person_profile: true },
  });
  assertEquals(kept.event.properties["$process_person_profile"], true);
  assert(!Object.hasOwn(built({}).event.properties, "$process_person_profile"));
});

Deno.test("prepare() warns of properties and groups of the wrong kind and goes on (CAP-028, CAP-032)", () => {
  for (const wrong of [[1], "x", 5]) {
    const { event, notes } = built({ properties: wrong, groups: wrong });
    assertEquals(event.properties, OWN);
    assertEquals(notes.length, 2);
  }
});

Deno.test("prepare() puts groups over the caller's $groups, unless there are none (CAP-032, CAP-033)", () => {
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

Deno.test("prepare() layers super < scope < flags < caller < own (CAP-034)", () => {
  const superProperties = { layer: "super", only: "super" };
  const layer = (
    draft: Said,
    overrides: Overrides,
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

Deno.test("prepare() lets the caller's $feature/x win over the snapshot (CAP-035, CAP-036)", () => {
  const { properties } =
    built({ flags, properties: { "$feature/a": "mine" } }).event;
  assertEquals(
    [properties["$feature/a"], properties["$active_feature_flags"]],
    ["mine", ["a"]],
  );
});

Deno.test("prepare() ignores flags that are no snapshot, with a warning", () => {
  const { event, notes } = built({ flags: { a: true } });
  assertEquals(event.properties, OWN);
  assertEquals(notes.length, 1);
});

Deno.test("prepare() takes identity and session from the scope, below the caller's", () => {
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

Deno.test("prepare() drops what needs an identity and has none", () => {
  assertEquals(
    build({ distinctId: undefined, ownProperties: {} }).kind,
    "refused",
  );
  assertEquals(
    build({ distinctId: undefined, ownProperties: {} }, { context }).kind,
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
  Deno.test(`prepare() decides $geoip_disable: client ${disableGeoip}, call ${call}, $ip ${hasIp} (CAP-031)`, () => {
    const scope = hasIp
      ? { ...context, properties: { $ip: "203.0.113.7" } }
      : undefined;
    const { properties } =
      built({ disableGeoip: call }, { disableGeoip, context: scope }).event;
    assertEquals(Object.hasOwn(properties, "$geoip_disable"), expected);
  });
}

Deno.test("prepare() leaves $is_server out when off (CAP-030)", () => {
  assert(
    !Object.hasOwn(
      built({}, { isServer: false }).event.properties,
      "$is_server",
    ),
  );
});

Deno.test("prepare() replaces a bad timestamp by now, with a warning (CAP-056)", () => {
  const { event, notes } = built({ timestamp: "soon" });
  assertEquals([event.timestamp, notes.length], [
    "2026-01-02T03:04:05.678Z",
    1,
  ]);
});

Deno.test("prepare() leaves the flags of an exposure out (FLG-111)", () => {
  const { properties } = built({ event: "$feature_flag_called", flags }).event;
  assertEquals(properties, OWN);
});

Deno.test("prepare() stamps events by the clock, back and forth", () => {
  const moments = [0, 0, 1, 0];
  const pipeline = createPipelineAtNow({
    clock: {
      now: () => moments.shift() ?? NaN,
      sleep: () => Promise.resolve(),
    },
  });
  const stamps = [...moments].map(() =>
    JSON.parse(
      pipeline.build({ event: "e", message: {} }, undefined)?.text ?? "",
    )
      .timestamp
  );
  assertEquals(stamps, [
    "1970-01-01T00:00:00.000Z",
    "1970-01-01T00:00:00.000Z",
    "1970-01-01T00:00:00.001Z",
    "1970-01-01T00:00:00.000Z",
  ]);
});

Deno.test("prepare() sends a caller's uuid as given, and replaces a bad one (CAP-058 to CAP-060)", () => {
  const upper = "019B7CA9-8F2E-7000-8000-000000000001";
  assertEquals(built({ uuid: upper }).event.uuid, upper);
  assertEquals(built({ messageId: upper }).event.uuid, upper);
  assertEquals(built({ uuid: "abc", messageId: upper }).event.uuid, upper);
  const { event, notes } = built({ uuid: "abc", messageId: "m-1" });
  assert(isUuid(event.uuid));
  assertEquals(notes.map(({ level }) => level), ["warn", "debug"]);
});

Deno.test("prepare() warns of names and ids over 200 bytes and sends them (CAP-063)", () => {
  assertEquals(built({ event: "é".repeat(101) }).notes.length, 1);
  assertEquals(built({ event: "é".repeat(100) }).notes.length, 0);
  assertEquals(built({ distinctId: "x".repeat(201) }).notes.length, 1);
});

Deno.test("prepare() gives a seal the last word on all properties", () => {
  const { event, notes } = built({
    properties: { a: 1, b: 2 },
    seal(properties, reporter) {
      assertEquals(properties, { a: 1, b: 2, ...OWN });
      for (const name of Object.keys(properties)) {
        if (name !== "a" && name !== "$lib") delete properties[name];
      }
      reporter.debug("sealed");
    },
  });
  assertEquals(event.properties, { a: 1, $lib: "edgehog" });
  assertEquals(notes, [{ level: "debug", text: "sealed" }]);
});

for (
  const [lane, maxEventBytes, maxQueueBytes, limit] of [
    ["analytics", 1000, 20_000_000, 1000],
    ["analytics", 1000, 900, 900],
    ["ai", 1000, 20_000_000, 8 * 1024 * 1024],
    ["ai", 1000, 900, 900],
  ] as const
) {
  Deno.test(`prepare() takes ${limit} bytes on the ${lane} lane, its queue holding ${maxQueueBytes} (CAP-114, CAP-204)`, () => {
    const prepare = (note: string) => {
      const { reporter, notes, drops } = createRecordingReporter();
      const item = createPipelineAtNow({
        reporter,
        options: { maxEventBytes, maxQueueBytes },
      }).build(
        {
          lane,
          event: "e",
          message: { distinctId: "u", properties: { note } },
        },
        undefined,
      );
      return { item, notes, drops };
    };
    const free = limit - (prepare("").item?.bytes ?? 0);
    const { item } = prepare("x".repeat(free));
    assertEquals([item?.bytes, item?.lane], [limit, lane]);
    const { notes, drops, ...larger } = prepare("x".repeat(free + 1));
    assertEquals(larger.item, undefined);
    assertEquals(drops.map(({ reason, lane }) => [reason, lane]), [[
      "oversize",
      lane,
    ]]);
    assertEquals(notes, [{
      level: "error",
      text: `Cannot capture 'e': ${limit + 1} bytes are more than ${limit}`,
    }]);
  });
}

for (const id of ["null", "0", " Anonymous ", "[object Object]", "NaN"]) {
  Deno.test(`prepare() hints that PostHog takes the id '${id}' for nobody`, () => {
    const { event, notes } = built({ distinctId: id });
    assertEquals(event.distinctId, id);
    assertEquals(notes.map(({ level }) => level), ["debug"]);
  });
}

for (const name of ["$identify", "$create_alias", "$groupidentify", "$set"]) {
  Deno.test(`prepare() warns of $process_person_profile: false on ${name} (CAP-085)`, () => {
    const properties = { $process_person_profile: false };
    assertEquals(built({ event: name, properties }).notes.length, 1);
    assertEquals(built({ event: "paid", properties }).notes.length, 0);
    assertEquals(built({ event: name, properties: {} }).notes.length, 0);
  });
}

Deno.test("prepare() shares nothing with the layers it merges, which a hook may change", () => {
  const superProperties = { shared: { list: [1] } };
  const { event } = built({}, {
    superProperties,
    beforeSend(event) {
      (event.properties["shared"] as { list: number[] }).list.push(2);
      return event;
    },
  });
  assertEquals(event.properties["shared"], { list: [1, 2] });
  assertEquals(superProperties, { shared: { list: [1] } });
});
