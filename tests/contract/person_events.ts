import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { createWireClient } from "./_wire.ts";

const distinctId = "user-1";

/** The events about persons and groups. */
export function personEvents(t: ContractRunner, lib: ContractLibrary): void {
  // By v0 an event leaves as it is kept.
  const create = (options = {}) =>
    createWireClient(lib, { captureMode: "v0", ...options });

  t.test("identify() puts plain keys and an explicit $set together, and nothing beside them (CAP-070)", async () => {
    const { posthog, sent } = create();
    posthog.identify({
      distinctId,
      properties: {
        plan: "free",
        seats: 3,
        $set: { plan: "pro" },
        $set_once: { source: "ad" },
      },
    });
    const [event] = await sent();
    assertEquals([event?.event, event?.distinct_id], ["$identify", distinctId]);
    const { $set, $set_once, plan, seats } = event?.properties ?? {};
    assertEquals({ $set, $set_once, plan, seats }, {
      $set: { plan: "pro", seats: 3 },
      $set_once: { source: "ad" },
      plan: undefined,
      seats: undefined,
    });
  });

  t.test("identify() without properties sets nothing, and is never held back (CAP-071)", async () => {
    const { posthog, sent } = create();
    posthog.identify({ distinctId });
    posthog.identify({ distinctId });
    const all = await sent();
    assertEquals(all.map(({ properties }) => properties["$set"]), [{}, {}]);
    assert(!("$set_once" in (all[0]?.properties ?? {})), "$set_once is sent");
  });

  t.test("alias() names the existing id at the root and the other as alias; later events keep their ids (CAP-073, CAP-074)", async () => {
    const { posthog, sent } = create();
    posthog.alias({ distinctId: "known", alias: 7 });
    posthog.capture({ distinctId: "other", event: "paid" });
    const [alias, next] = await sent();
    assertEquals([alias?.event, alias?.distinct_id], [
      "$create_alias",
      "known",
    ]);
    const { alias: merged, distinct_id } = alias?.properties ?? {};
    assertEquals([merged, distinct_id, next?.distinct_id], [
      "7",
      "known",
      "other",
    ]);
  });

  t.test("groupIdentify() is about $<type>_<key>, or whom it is told (CAP-075, CAP-076)", async () => {
    const { posthog, sent } = create();
    const group = { groupType: "company", groupKey: 5 };
    posthog.groupIdentify({ ...group, properties: { seats: 3 } });
    posthog.groupIdentify({ ...group, distinctId });
    posthog.capture({ distinctId, event: "paid" });
    const [first, second, next] = await sent();
    assertEquals(
      [first?.event, first?.distinct_id, second?.distinct_id],
      ["$groupidentify", "$company_5", distinctId],
    );
    const { $group_type, $group_key, $group_set } = first?.properties ?? {};
    assertEquals([$group_type, $group_key, $group_set], ["company", "5", {
      seats: 3,
    }]);
    assertEquals(second?.properties["$group_set"], {});
    for (const event of [first, second, next]) {
      const { $groups, $process_person_profile } = event?.properties ?? {};
      assertEquals([$groups, $process_person_profile], [undefined, undefined]);
    }
  });

  t.test("setPersonProperties() and unsetPersonProperties() say what there is to say, and otherwise nothing (CAP-078, CAP-079)", async () => {
    const { posthog, sent, warnings } = create();
    posthog.setPersonProperties({ distinctId, properties: { plan: "pro" } });
    posthog.setPersonProperties({ distinctId, propertiesOnce: { a: 1 } });
    posthog.unsetPersonProperties({ distinctId, properties: "plan" });
    assertEquals([
      posthog.setPersonProperties({ distinctId, properties: {} }),
      posthog.unsetPersonProperties({ distinctId, properties: [] }),
      warnings.length,
    ], [undefined, undefined, 0]);
    const all = await sent();
    assertEquals(
      all.map(({ event, properties: { $set, $set_once, $unset } }) => [
        event,
        $set,
        $set_once,
        $unset,
      ]),
      [
        ["$set", { plan: "pro" }, undefined, undefined],
        ["$set", undefined, { a: 1 }, undefined],
        ["$set", undefined, undefined, ["plan"]],
      ],
    );
  });

  const REFUSED: readonly [
    requirement: string,
    call: string,
    act: (client: ReturnType<typeof create>["posthog"]) => unknown,
  ][] = [
    ["CAP-072", "identify() without an id", (hog) => hog.identify({})],
    [
      "CAP-072",
      "identify() with a blank id",
      (hog) => hog.identify({ distinctId: " " }),
    ],
    [
      "CAP-074",
      "alias() without the existing id",
      (hog) => hog.alias({ alias: "a" }),
    ],
    [
      "CAP-074",
      "alias() with a blank alias",
      (hog) => hog.alias({ distinctId, alias: "" }),
    ],
    [
      "CAP-077",
      "groupIdentify() without a key",
      (hog) => hog.groupIdentify({ groupType: "company" } as never),
    ],
    [
      "CAP-077",
      "groupIdentify() with a blank type",
      (hog) => hog.groupIdentify({ groupType: " ", groupKey: 1 }),
    ],
    [
      "CAP-078",
      "setPersonProperties() without an id",
      (hog) => hog.setPersonProperties({ properties: { a: 1 } }),
    ],
    [
      "CAP-079",
      "unsetPersonProperties() without an id",
      (hog) => hog.unsetPersonProperties({ properties: "a" }),
    ],
  ];
  for (const [requirement, call, act] of REFUSED) {
    t.test(`${call} is dropped, with one warning (${requirement})`, () => {
      const { posthog, warnings } = create();
      const reasons: string[] = [];
      posthog.on("drop", ({ reason }) => reasons.push(reason));
      assertEquals(
        [act(posthog), warnings.length, posthog.queueSize, reasons],
        [undefined, 1, 0, ["invalid"]],
      );
    });
  }

  t.test("on a scope they carry what the request knows, and take its id but for groups (CAP-080)", async () => {
    const { posthog, sent, warnings } = create();
    const hog = posthog.forRequest(undefined, undefined, {
      distinctId: "visitor-1",
      sessionId: "s1",
      properties: { area: "shop" },
    });
    hog.identify({});
    hog.alias({ alias: "anon-1" });
    hog.groupIdentify({ groupType: "company", groupKey: 5 });
    hog.setPersonProperties({ properties: { plan: "pro" } });
    hog.unsetPersonProperties({ properties: "plan" });
    const nobody = posthog.forRequest();
    assertEquals([nobody.identify({}), nobody.alias({ alias: "a" })], [
      undefined,
      undefined,
    ]);
    assertEquals(warnings.length, 2);
    const all = await sent();
    assertEquals(all.map(({ distinct_id }) => distinct_id), [
      "visitor-1",
      "visitor-1",
      "$company_5",
      "visitor-1",
      "visitor-1",
    ]);
    for (const { properties: { $session_id, area } } of all) {
      assertEquals([$session_id, area], ["s1", "shop"]);
    }
  });

  t.test("each honours uuid, timestamp and disableGeoip (CAP-084)", async () => {
    const { posthog, sent } = create();
    const uuid = "019b7ca9-8f2e-7000-8000-00000000000";
    const common = (n: number) => ({
      distinctId,
      uuid: `${uuid}${n}`,
      timestamp: "2025-01-02T03:04:05Z",
      disableGeoip: false,
    });
    posthog.capture({ ...common(1), event: "paid" });
    posthog.identify(common(2));
    posthog.alias({ ...common(3), alias: "a" });
    posthog.groupIdentify({ ...common(4), groupType: "c", groupKey: "k" });
    posthog.setPersonProperties({ ...common(5), properties: { a: 1 } });
    posthog.unsetPersonProperties({ ...common(6), properties: "a" });
    const all = await sent();
    assertEquals(
      all.map((event) => event.uuid),
      [1, 2, 3, 4, 5, 6].map((n) => `${uuid}${n}`),
    );
    for (const { timestamp, properties } of all) {
      assertEquals(timestamp, "2025-01-02T03:04:05.000Z");
      assert(!("$geoip_disable" in properties), "$geoip_disable is sent");
    }
  });

  t.test("$process_person_profile: false on them is sent, with one warning each (CAP-085)", async () => {
    const { posthog, sent, warnings } = create();
    const properties = { $process_person_profile: false };
    posthog.identify({ distinctId, properties });
    posthog.register(properties);
    posthog.identify({ distinctId });
    posthog.alias({ distinctId, alias: "a" });
    posthog.groupIdentify({ groupType: "c", groupKey: "k" });
    posthog.setPersonProperties({ distinctId, properties: { a: 1 } });
    assertEquals(warnings.length, 5);
    posthog.capture({ distinctId, event: "paid" });
    assertEquals([(await sent()).length, warnings.length], [6, 5]);
  });
}
