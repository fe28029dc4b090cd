import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type AllFlagVerbs,
  createHarness,
  definitionsOf,
  flag,
  type Harness,
  logged,
} from "./_helpers.ts";

/** Asks the server each time, so that the properties of a call can be seen. */
function createRemoteHarness(): Harness {
  return createHarness({ settings: { secretKey: undefined } });
}

function createScope(harness: Harness, distinctId = "ada"): AllFlagVerbs {
  return harness.createMethods({ isScope: true, distinctId: () => distinctId });
}

function filter(rest: Record<string, unknown>): Record<string, unknown> {
  return { type: "person", operator: "exact", ...rest };
}

const AUTOMATIC = [
  { ...flag([{ properties: [filter({ key: "distinct_id", value: "ada" })] }]) },
  {
    ...flag([{
      properties: [
        filter({ type: "group", key: "$group_key", value: "acme" }),
      ],
    }], { "aggregation_group_type_index": 0 }),
    key: "g",
  },
];
const MAPPING = { "group_type_mapping": { "0": "company" } };

Deno.test("distinct_id and $group_key match without being passed, and the caller's win (FLG-140)", async () => {
  const harness = createHarness({
    definitions: [definitionsOf(AUTOMATIC, MAPPING)],
  });
  const groups = { company: "acme" };
  const own = await harness.getAllFlags("ada", { groups });
  assertEquals(own, { f: true, g: true });
  const passed = await harness.getAllFlags("ada", {
    groups,
    personProperties: { "distinct_id": "bob" },
    groupProperties: { company: { $group_key: "other" } },
  });
  assertEquals(passed, { f: false, g: false });
});

Deno.test("distinct_id is not added to a request, $group_key is, $current_distinct_id never is (FLG-140)", async () => {
  const harness = createRemoteHarness();
  await harness.evaluateFlags("ada", {
    groups: { company: "acme", team: "" },
    personProperties: { $current_distinct_id: "x", plan: "pro" },
    groupProperties: { team: { a: 1 }, other: { b: 1 } },
  });
  const body = harness.remoteBody();
  assertEquals(body["person_properties"], { plan: "pro" });
  assertEquals(body["group_properties"], { company: { $group_key: "acme" } });
  assertEquals(JSON.stringify(body).includes("$current_distinct_id"), false);
});

const GEOIP = [
  ...["city_name", "city_confidence", "country_name", "country_code"],
  ...["continent_name", "continent_code", "latitude", "longitude"],
  ...["postal_code", "subdivision_1_code", "subdivision_1_name"],
  ...["subdivision_2_code", "subdivision_2_name", "subdivision_3_code"],
  ...["subdivision_3_name", "time_zone"],
].map((name) => `$geoip_${name}`);

Deno.test("GeoIP overrides reach the request untouched and match locally (FLG-142)", async () => {
  const personProperties = Object.fromEntries(
    GEOIP.map((name, index) => [name, index % 2 === 0 ? `v${index}` : index]),
  );
  const remote = createRemoteHarness();
  await remote.evaluateFlags("ada", { personProperties, disableGeoip: false });
  assertEquals(remote.remoteBody()["person_properties"], personProperties);
  assertEquals(remote.remoteBody()["geoip_disable"], false);
  const flags = GEOIP.map((name) => ({
    ...flag([{
      properties: [filter({ key: name, value: personProperties[name] })],
    }]),
    key: name,
  }));
  const local = createHarness({ definitions: [definitionsOf(flags)] });
  assertEquals(
    await local.getAllFlags("ada", { personProperties }),
    Object.fromEntries(GEOIP.map((name) => [name, true])),
  );
  assertEquals(local.paths(), ["/flags/definitions"]);
});

Deno.test("Properties set beforehand merge, the call's over the scope's over the client's (FLG-141)", async () => {
  const harness = createRemoteHarness();
  const scope = createScope(harness);
  harness.setPersonPropertiesForFlags({
    a: "client",
    b: "client",
    c: "client",
  });
  scope.setPersonPropertiesForFlags({ b: "old" });
  scope.setPersonPropertiesForFlags({ b: "scope", c: "scope" });
  harness.setGroupPropertiesForFlags({ company: { a: "client", b: "client" } });
  scope.setGroupPropertiesForFlags({ company: { b: "scope" }, team: { t: 1 } });
  await scope.evaluateFlags({
    groups: { company: "acme", team: "red", desk: 4 },
    personProperties: { c: "call", d: undefined },
    groupProperties: { company: { c: "call" }, desk: { e: 1 } },
  });
  assertEquals(harness.remoteBody()["person_properties"], {
    a: "client",
    b: "scope",
    c: "call",
  });
  assertEquals(harness.remoteBody()["group_properties"], {
    company: { a: "client", b: "scope", c: "call", $group_key: "acme" },
    team: { t: 1, $group_key: "red" },
    desk: { e: 1, $group_key: 4 },
  });
});

Deno.test("Properties set beforehand decide locally, in the legacy methods too (FLG-141)", async () => {
  const pro = flag([{ properties: [filter({ key: "plan", value: "pro" })] }]);
  const harness = createHarness({ definitions: [definitionsOf([pro])] });
  const scope = createScope(harness);
  scope.setPersonPropertiesForFlags({ plan: "pro" });
  assertEquals(await scope.getFeatureFlag("f"), true);
  assertEquals((await scope.evaluateFlags()).getFlag("f"), true);
  assertEquals(harness.paths(), ["/flags/definitions"]);
});

Deno.test("A reset forgets all, or one group type, of its own scope (FLG-141)", async () => {
  const harness = createRemoteHarness();
  const scope = createScope(harness);
  const groups = { company: "acme", team: "red" };
  const read = async () => {
    const index = harness.requests.length;
    await scope.evaluateFlags({ groups });
    const body = harness.remoteBody(index);
    return [body["person_properties"], body["group_properties"]];
  };
  const company = { $group_key: "acme" };
  const team = { $group_key: "red" };
  harness.setPersonPropertiesForFlags({ client: 1 });
  scope.setPersonPropertiesForFlags({ own: 1 });
  scope.setGroupPropertiesForFlags({ company: { a: 1 }, team: { b: 1 } });
  scope.resetGroupPropertiesForFlags("team");
  assertEquals(await read(), [
    { client: 1, own: 1 },
    { company: { a: 1, ...company }, team },
  ]);
  scope.resetPersonPropertiesForFlags();
  scope.resetGroupPropertiesForFlags();
  assertEquals(await read(), [{ client: 1 }, { company, team }]);
  harness.resetPersonPropertiesForFlags();
  assertEquals(await read(), [{}, { company, team }]);
});

Deno.test("Properties are copied on entry, and setting them asks and emits nothing (FLG-141)", async () => {
  const harness = createRemoteHarness();
  const properties = { list: [1] };
  const reload = true;
  harness.setPersonPropertiesForFlags(properties, reload);
  harness.setGroupPropertiesForFlags({ company: properties }, reload);
  harness.resetGroupPropertiesForFlags("nobody");
  properties.list.push(2);
  await harness.clock.advance(60_000);
  assertEquals([harness.requests, harness.drafts], [[], []]);
  await harness.evaluateFlags("ada", { groups: { company: "acme" } });
  assertEquals(harness.remoteBody()["person_properties"], { list: [1] });
  assertEquals(harness.remoteBody()["group_properties"], {
    company: { list: [1], $group_key: "acme" },
  });
});

const NOTHING: readonly unknown[] = [undefined, null, {}, [], "plan", 7];

for (const given of NOTHING) {
  Deno.test(`Setting ${JSON.stringify(given)} changes nothing, with a debug line (FLG-141)`, async () => {
    const harness = createRemoteHarness();
    harness.setPersonPropertiesForFlags({ plan: "pro" });
    harness.setPersonPropertiesForFlags(given as Record<string, never>);
    harness.setGroupPropertiesForFlags(given as Record<string, never>);
    harness.setGroupPropertiesForFlags({
      company: given as Record<string, never>,
    });
    assertEquals(logged(harness, "debug").length, 3);
    await harness.evaluateFlags("ada", { groups: { company: "acme" } });
    assertEquals(harness.remoteBody()["person_properties"], { plan: "pro" });
    assertEquals(harness.remoteBody()["group_properties"], {
      company: { $group_key: "acme" },
    });
  });
}

Deno.test("At most 1,000 properties are held, with one warning", async () => {
  const harness = createRemoteHarness();
  for (let i = 0; i < 1010; i++) {
    harness.setPersonPropertiesForFlags({ [`p${i}`]: i });
  }
  harness.setPersonPropertiesForFlags({ p0: "new" });
  await harness.evaluateFlags("ada");
  const sent = harness.remoteBody()["person_properties"] as object;
  assertEquals([Object.keys(sent).length, "p1000" in sent], [1000, false]);
  assertEquals((sent as Record<string, unknown>)["p0"], "new");
  assertEquals(logged(harness, "warn").length, 1);
});

Deno.test("Names of the language are property names and group types", async () => {
  const harness = createRemoteHarness();
  const odd: Record<string, unknown> = JSON.parse(
    '{"__proto__":1,"toString":2}',
  );
  harness.setPersonPropertiesForFlags(odd);
  harness.setGroupPropertiesForFlags(JSON.parse('{"__proto__":{"a":1}}'));
  await harness.evaluateFlags("ada", {
    groups: JSON.parse('{"__proto__":"acme"}'),
  });
  const sent = JSON.stringify(harness.remoteBody());
  assertEquals(sent.includes('{"__proto__":1,"toString":2}'), true);
  assertEquals(
    sent.includes('{"__proto__":{"a":1,"$group_key":"acme"}}'),
    true,
  );
});

/** One step of a scope: it sets or resets a property of its own, or evaluates. */
const step = fc.record({
  scope: fc.nat({ max: 3 }),
  act: fc.constantFrom("set", "setGroup", "reset", "resetGroup", "evaluate"),
});

Deno.test("Scopes that take turns never see each other's properties (FLG-141)", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const harness = createRemoteHarness();
      harness.setPersonPropertiesForFlags({ client: "client" });
      const scopes = [0, 1, 2, 3].map((index) => ({
        name: `scope-${index}`,
        methods: createScope(harness, `scope-${index}`),
        person: {} as Record<string, unknown>,
        group: {} as Record<string, unknown>,
      }));
      const pending: Promise<unknown>[] = [];
      const expected: unknown[] = [];
      steps.forEach(({ scope: index, act }, at) => {
        const scope = scopes[index];
        if (!scope) return;
        const { name, methods } = scope;
        const property = { [`p${at}`]: name };
        if (act === "set") {
          methods.setPersonPropertiesForFlags(property);
          Object.assign(scope.person, property);
        } else if (act === "setGroup") {
          methods.setGroupPropertiesForFlags({ company: property });
          Object.assign(scope.group, property);
        } else if (act === "reset") {
          methods.resetPersonPropertiesForFlags();
          scope.person = {};
        } else if (act === "resetGroup") {
          methods.resetGroupPropertiesForFlags("company");
          scope.group = {};
        } else {
          // Not awaited: the steps after it must not change what it was asked with.
          pending.push(methods.evaluateFlags({ groups: { company: name } }));
          expected.push({
            "distinct_id": name,
            "person_properties": { client: "client", ...scope.person },
            "group_properties": {
              company: { ...scope.group, $group_key: name },
            },
          });
        }
      });
      await Promise.all(pending);
      const seen = expected.map((_, index) => {
        const body = harness.remoteBody(index);
        return Object.fromEntries(
          ["distinct_id", "person_properties", "group_properties"].map((
            name,
          ) => [name, body[name]]),
        );
      });
      assertEquals(seen, expected);
    }),
  );
});
