import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { createWireClient } from "./_wire.ts";

const distinctId = "user-1";

/** What a captured event is when it leaves. */
export function events(t: ContractRunner, lib: ContractLibrary): void {
  // By v0 an event leaves as it is kept.
  const create = (options = {}) =>
    createWireClient(lib, { captureMode: "v0", ...options });

  t.test("an event has five keys, whatever the message holds (CAP-021, CAP-066)", async () => {
    const { posthog, sent } = create();
    const stray = { type: "track", library: "x", token: "t", api_key: "k" };
    const message = {
      distinctId,
      event: "paid",
      messageId: "m-1",
      message_id: "m-1",
      send_feature_flags: true,
      ...stray,
    };
    posthog.capture(message);
    posthog.identify({ distinctId, ...stray });
    for (const event of await sent()) {
      assertEquals(Object.keys(event).sort(), [
        "distinct_id",
        "event",
        "properties",
        "timestamp",
        "uuid",
      ]);
    }
  });

  t.test("ids are texts as given: numbers written out, nothing trimmed or cut (CAP-024)", async () => {
    const { posthog, sent } = create();
    const ids = [42, 42n, " padded ", "x".repeat(5000)];
    for (const id of ids) posthog.capture({ distinctId: id, event: "paid" });
    assertEquals((await sent()).map(({ distinct_id }) => distinct_id), [
      "42",
      "42",
      " padded ",
      "x".repeat(5000),
    ]);
  });

  t.test("without an id each event is personless, under a UUIDv7 of its own (CAP-025, CAP-026, CAP-027)", async () => {
    const { posthog, sent } = create();
    posthog.capture({ event: "one" });
    posthog.capture({ event: "two", distinctId: "  " });
    const $process_person_profile = true;
    posthog.capture({
      event: "three",
      properties: { $process_person_profile },
    });
    posthog.capture({ event: "four", distinctId });
    const all = await sent();
    const ids = all.slice(0, 3).map(({ distinct_id }) => distinct_id);
    const v7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/;
    assert(ids.every((id) => v7.test(id)), `Not all are UUIDv7: ${ids}`);
    assertEquals(new Set(ids).size, 3);
    assertEquals(
      all.map(({ properties }) => properties["$process_person_profile"]),
      [false, false, true, undefined],
    );
  });

  t.test("an id of the wrong kind makes a personless event, with one warning (CAP-025)", async () => {
    const { posthog, sent, warnings } = create();
    posthog.capture({ event: "paid", distinctId: { id: 1 } as never });
    const [event] = await sent();
    assertEquals(event?.properties["$process_person_profile"], false);
    assertEquals(warnings.length, 1);
  });

  t.test("timestamps leave in UTC: the clock's, and the caller's with its instant and digits (CAP-052, CAP-053, CAP-054, CAP-055, CAP-056)", async () => {
    const { posthog, sent, clock, warnings } = create();
    const given = [
      undefined,
      "2025-01-02T08:34:05+05:30",
      "2025-01-02T08:34:05.123456+0530",
      "2025-01-02",
      0,
      new Date(1),
      "soon",
      "10000-01-01",
    ];
    for (const timestamp of given) {
      posthog.capture({ distinctId, event: "paid", timestamp });
    }
    const now = new Date(clock.now()).toISOString();
    assertEquals((await sent()).map(({ timestamp }) => timestamp), [
      now,
      "2025-01-02T03:04:05.000Z",
      "2025-01-02T03:04:05.123456Z",
      "2025-01-02T00:00:00.000Z",
      "1970-01-01T00:00:00.000Z",
      "1970-01-01T00:00:00.001Z",
      now,
      now,
    ]);
    assertEquals(warnings.length, 2);
  });

  t.test("the uuid returned is the uuid sent: the caller's, or another with one warning (CAP-058, CAP-059)", async () => {
    const { posthog, sent, warnings } = create();
    const mine = "019B7CA9-8F2E-1000-0000-000000000001";
    const returned = [mine, "abc", 5, `{${mine}}`].map((uuid) =>
      posthog.capture({ distinctId, event: "paid", uuid: uuid as string })
    );
    const wire = (await sent()).map(({ uuid }) => uuid);
    assertEquals(returned, wire);
    assertEquals([wire[0], new Set(wire).size, warnings.length], [mine, 4, 3]);
  });

  t.test("messageId stands in for an unusable uuid only, and leaves under no other name (CAP-060)", async () => {
    const { posthog, sent, logs } = create({ debug: true });
    const [mine, other] = [
      "019b7ca9-8f2e-7000-8000-000000000001",
      "019b7ca9-8f2e-7000-8000-000000000002",
    ];
    const capture = (ids: { uuid?: string; messageId?: string }) =>
      posthog.capture({ distinctId, event: "paid", ...ids });
    assertEquals(capture({ messageId: mine }), mine);
    assertEquals(capture({ uuid: "abc", messageId: mine }), mine);
    assertEquals(capture({ uuid: other, messageId: mine }), other);
    assertEquals(
      logs.filter(({ message }) => message.includes("messageId")),
      [],
    );
    capture({ messageId: "m-1" });
    const hints = logs.filter(({ message }) => message.includes("messageId"));
    assertEquals(hints.map(({ level }) => level), ["debug"]);
    const text = JSON.stringify(await sent());
    assert(!/message_?id|m-1/i.test(text), "It was sent");
  });

  t.test("long names and ids are sent, with one warning each (CAP-063)", async () => {
    const { posthog, sent, warnings } = create();
    const [name, id] = ["é".repeat(101), "x".repeat(201)];
    posthog.capture({ distinctId, event: name });
    posthog.capture({ distinctId: id, event: "paid" });
    posthog.capture({ distinctId: id, event: "paid" });
    posthog.capture({ distinctId, event: "é".repeat(100) });
    const [first, second] = await sent();
    assertEquals([first?.event, second?.distinct_id], [name, id]);
    assertEquals(warnings.length, 2);
  });

  t.test("texts of every script survive (CAP-065)", async () => {
    const { posthog, sent } = create();
    const texts = ["Größe", "漢字", "مرحبا", "😀👩‍👩‍👧", "a\u0000b\u2028"];
    for (const text of texts) {
      posthog.capture({
        distinctId: text,
        event: text,
        properties: { [text]: text },
      });
    }
    assertEquals(
      (await sent()).map(({ event, distinct_id, properties }) => [
        event,
        distinct_id,
        properties[event],
      ]),
      texts.map((text) => [text, text, text]),
    );
  });

  t.test("an id that PostHog takes for nobody is sent, with a debug line only", async () => {
    const { posthog, sent, logs, warnings } = create({ debug: true });
    posthog.capture({ distinctId: " Null ", event: "paid" });
    assertEquals((await sent())[0]?.distinct_id, " Null ");
    const hints = logs.filter(({ message }) => message.includes("placeholder"));
    assertEquals([hints.length, hints[0]?.level, warnings.length], [
      1,
      "debug",
      0,
    ]);
  });

  t.test("an $exception of capture() is sent, with one warning for all (ERR-018)", async () => {
    const { posthog, sent, warnings } = create();
    for (let i = 0; i < 3; i++) {
      posthog.capture({ distinctId, event: "$exception" });
    }
    assertEquals([(await sent()).length, warnings.length], [3, 1]);
    assert(warnings[0]?.includes("captureException"), "No hint");
  });
}
