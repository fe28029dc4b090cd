import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { createWireClient } from "./_wire.ts";
import { CAPTURE_PATH } from "../_kit/capture_paths.ts";

const distinctId = "user-1";
const FLAGS = { "new-nav": true };

/** `beforeSend`: the last word on every event. */
export function hooks(t: ContractRunner, lib: ContractLibrary): void {
  const create = (options = {}) => createWireClient(lib, options);

  t.test("a hook sees the finished event (CAP-090)", async () => {
    const seen: unknown[] = [];
    const { posthog } = create({
      flags: FLAGS,
      beforeSend: (event: unknown) => void seen.push(event),
    });
    const flags = await posthog.evaluateFlags(distinctId);
    posthog.capture({
      distinctId,
      event: "paid",
      flags,
      groups: { company: "a" },
      timestamp: 0,
      uuid: "019b7ca9-8f2e-7000-8000-000000000001",
    });
    const [{ properties, ...rest }] = seen as [Record<string, unknown>];
    assertEquals(rest, {
      event: "paid",
      distinctId,
      timestamp: "1970-01-01T00:00:00.000Z",
      uuid: "019b7ca9-8f2e-7000-8000-000000000001",
      groups: { company: "a" },
      options: {},
      sendFeatureFlags: undefined,
      disableGeoip: undefined,
    });
    assertEquals(Object.keys(properties as object).sort(), [
      "$active_feature_flags",
      "$feature/new-nav",
      "$geoip_disable",
      "$groups",
      "$is_server",
      "$lib",
      "$lib_version",
    ]);
  });

  t.test("changes in place and replacements both leave, and nobody else's objects change (CAP-091)", async () => {
    const { posthog, sent } = create({
      beforeSend: [
        (event: { properties: { list: number[]; shared: number[] } }) => {
          event.properties.list.push(2);
          event.properties.shared.push(2);
          return event;
        },
        (event: object) => ({ ...event, event: "renamed" }),
      ],
    });
    const properties = { list: [1] };
    posthog.register({ shared: [1] });
    posthog.capture({ distinctId, event: "paid", properties });
    posthog.capture({ distinctId, event: "paid", properties });
    const all = await sent();
    assertEquals(
      all.map((sent) => [
        sent.event,
        sent.properties["list"],
        sent.properties["shared"],
      ]),
      [["renamed", [1, 2], [1, 2]], ["renamed", [1, 2], [1, 2]]],
    );
    assertEquals(properties, { list: [1] });
  });

  for (const answer of [null, undefined, false]) {
    t.test(`a hook that answers ${answer} drops the event in silence (CAP-092)`, () => {
      let later = 0;
      const { posthog, warnings, errors, logs } = create({
        beforeSend: [() => answer, () => later++],
        debug: true,
      });
      assertEquals(posthog.capture({ distinctId, event: "paid" }), undefined);
      assertEquals(
        [later, posthog.queueSize, warnings.length, errors.length],
        [0, 0, 0, 0],
      );
      assertEquals(logs.map(({ level }) => level), ["debug"]);
    });
  }

  const FAILURES: readonly [string, string, (event: unknown) => unknown][] = [
    ["CAP-093", "throws", () => {
      throw new Error("scrubber");
    }],
    ["CAP-094", "returns a promise", () => Promise.reject(new Error("late"))],
    ["CAP-095", "returns a text", () => "canary-value"],
    ["CAP-095", "returns a number", () => 1],
    ["CAP-095", "returns a list", () => []],
    ["CAP-095", "returns what can't be read", () => ({
      get event(): string {
        throw new Error("no");
      },
    })],
  ];
  for (const [requirement, what, beforeSend] of FAILURES) {
    t.test(`a hook that ${what} drops its event, with one warning and one error, and no other (${requirement})`, async () => {
      const { posthog, sent, warnings, errors } = create({ beforeSend });
      const properties = { card: "canary-value" };
      const drops: string[] = [];
      posthog.on("drop", ({ reason }) => drops.push(reason));
      assertEquals(
        posthog.capture({ distinctId, event: "paid", properties }),
        undefined,
      );
      assertEquals([warnings.length, drops], [1, ["hook"]]);
      assert(warnings[0]?.includes("'paid'"), "The event is not named");
      assert(!warnings.join().includes("canary"), "A value is named");
      assertEquals(
        errors.map((
          error,
        ) => [error.name, "callback" in error && error.callback]),
        [["CallbackError", "beforeSend"]],
      );
      posthog.setBeforeSend(undefined);
      posthog.capture({ distinctId, event: "next" });
      assertEquals((await sent()).map(({ event }) => event), ["next"]);
    });
  }

  t.test("what a hook deletes stays deleted (CAP-096)", async () => {
    const { posthog, sent } = create({
      captureMode: "v0",
      flags: FLAGS,
      beforeSend: (event: { properties: Record<string, unknown> }) => {
        for (const key of ["$groups", "$feature/new-nav", "$lib"]) {
          delete event.properties[key];
        }
        return event;
      },
    });
    const flags = await posthog.evaluateFlags(distinctId);
    posthog.capture({ distinctId, event: "paid", flags, groups: { a: "b" } });
    const [event] = await sent();
    assertEquals(Object.keys(event?.properties ?? {}).sort(), [
      "$active_feature_flags",
      "$geoip_disable",
      "$is_server",
      "$lib_version",
    ]);
  });

  t.test("a hook runs once an event, through retries, a split and a second cycle (CAP-097)", async () => {
    let runs = 0;
    const { posthog, emulator, clock } = create({
      beforeSend: (event: unknown) => {
        runs++;
        return event;
      },
    });
    emulator.failNext({ path: CAPTURE_PATH, status: 503, times: 4 });
    emulator.failNext({ path: CAPTURE_PATH, status: 413 });
    posthog.capture({ distinctId, event: "one" });
    posthog.capture({ distinctId, event: "two" });
    const first = posthog.flush();
    await clock.advance(60_000);
    assertEquals((await first).retained, 2);
    assertEquals((await posthog.flush()).delivered, 2);
    assertEquals([emulator.requests.length, runs], [7, 2]);
  });

  t.test("a hook runs for every kind of event (CAP-098)", async () => {
    const names: string[] = [];
    const { posthog } = create({
      flags: FLAGS,
      beforeSend: (event: { event: string }) => void names.push(event.event),
    });
    await posthog.captureImmediate({ distinctId, event: "at once" });
    posthog.identify({ distinctId });
    posthog.alias({ distinctId, alias: "a" });
    posthog.groupIdentify({ groupType: "c", groupKey: "k" });
    posthog.setPersonProperties({ distinctId, properties: { a: 1 } });
    (await posthog.evaluateFlags(distinctId)).getFlag("new-nav");
    posthog.forRequest().capture({ event: "scoped" });
    assertEquals(names, [
      "at once",
      "$identify",
      "$create_alias",
      "$groupidentify",
      "$set",
      "$feature_flag_called",
      "scoped",
    ]);
  });

  t.test("a hook does not run for an event that is refused anyway (CAP-099)", async () => {
    let runs = 0;
    const beforeSend = () => void runs++;
    const disabled = create({ beforeSend, disabled: true }).posthog;
    const { posthog } = create({ beforeSend });
    disabled.capture({ distinctId, event: "paid" });
    posthog.capture({ distinctId, event: " " });
    posthog.identify({});
    void posthog.optOut();
    posthog.capture({ distinctId, event: "paid" });
    void posthog.optIn();
    await posthog.shutdown();
    posthog.capture({ distinctId, event: "paid" });
    assertEquals(runs, 0);
  });

  t.test("what a hook returns is checked and made safe again (CAP-100)", async () => {
    const changes: Record<string, unknown>[] = [
      { properties: { big: 1n, when: new Date(0) }, distinctId: 42 },
      { uuid: "abc", timestamp: "soon" },
      { properties: [1] },
      { event: " " },
      { distinctId: "" },
    ];
    const { posthog, sent, warnings } = create({
      beforeSend: (event: object) => ({ ...event, ...changes.shift() }),
    });
    const timestamp = "2025-01-02T03:04:05.000Z";
    const uuids = changes.slice().map(() =>
      posthog.capture({ distinctId, event: "paid", timestamp })
    );
    const [safe, kept, empty, ...others] = await sent();
    assertEquals([safe?.properties, safe?.distinct_id], [{
      big: "1",
      when: "1970-01-01T00:00:00.000Z",
    }, "42"]);
    assertEquals([kept?.uuid, kept?.timestamp], [uuids[1], timestamp]);
    assertEquals([empty?.properties, others], [{}, []]);
    assertEquals([uuids.slice(3), warnings.length], [
      [undefined, undefined],
      3,
    ]);
  });

  t.test("what a hook spoils in place is as it was before (CAP-100)", async () => {
    const { posthog, sent } = create({
      beforeSend: (event: { uuid: string; timestamp: string }) => {
        event.uuid = "abc";
        event.timestamp = "soon";
        return event;
      },
    });
    const timestamp = "2025-01-02T03:04:05.000Z";
    const uuid = posthog.capture({ distinctId, event: "paid", timestamp });
    const [event] = await sent();
    assert(uuid !== undefined, "It was admitted");
    assertEquals([event?.uuid, event?.timestamp], [uuid, timestamp]);
  });

  t.test("setBeforeSend() acts on later events, and undefined removes the hooks (CAP-101)", async () => {
    const { posthog, sent } = create();
    posthog.capture({ distinctId, event: "before" });
    posthog.setBeforeSend((event) => ({ ...event, event: "hooked" }));
    posthog.capture({ distinctId, event: "during" });
    posthog.setBeforeSend(undefined);
    posthog.capture({ distinctId, event: "after" });
    assertEquals((await sent()).map(({ event }) => event), [
      "before",
      "hooked",
      "after",
    ]);
  });

  t.test("a uuid that the hook changes is returned and sent (CAP-102)", async () => {
    const uuid = "019b7ca9-8f2e-7000-8000-000000000009";
    const { posthog, sent } = create({
      beforeSend: (event: object) => ({ ...event, uuid }),
    });
    assertEquals(posthog.capture({ distinctId, event: "paid" }), uuid);
    assertEquals((await sent())[0]?.uuid, uuid);
  });
}
