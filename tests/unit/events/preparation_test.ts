import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import {
  type EventFlagsRequest,
  startPreparation,
} from "../../../src/events/preparation.ts";
import { isFinished } from "../../../src/transport/event_text.ts";

const EVENT = {
  event: "paid",
  distinctId: "user-1",
  timestamp: "2026-01-01T00:00:00.000Z",
  uuid: "01900000-0000-7000-8000-000000000001",
  properties: { $groups: { company: "acme", seat: 7, none: null } },
};

function start(
  evaluate: (request: EventFlagsRequest) => Promise<JsonObject>,
) {
  const wanted = {
    options: {},
    disableGeoip: undefined,
    merge: (flags?: JsonObject) => ({ ...flags }),
  };
  return startPreparation(EVENT, wanted, evaluate, {
    admittedAt: 5,
    bytes: 50,
    finish: ({ event, uuid, properties }) => {
      const text = JSON.stringify(properties);
      return { event, uuid, text, bytes: text.length };
    },
  });
}

Deno.test("startPreparation() asks for the event's own identity and usable groups (FLG-111)", async () => {
  const asked: EventFlagsRequest[] = [];
  const { item, ready } = start((request) => {
    asked.push(request);
    return Promise.resolve({ "$feature/a": true });
  });
  assertEquals([isFinished(item), item.bytes, item.admittedAt], [false, 50, 5]);
  await ready;
  assertEquals(item.make?.()?.text, '{"$feature/a":true}');
  assertEquals(
    asked.map(({ distinctId, groups }) => [distinctId, groups]),
    [["user-1", { company: "acme", seat: 7 }]],
  );
});

for (
  const [name, evaluate] of [
    ["rejects", () => Promise.reject(new Error("no"))],
    ["throws", () => {
      throw new Error("no");
    }],
  ] satisfies [string, () => Promise<JsonObject>][]
) {
  Deno.test(`startPreparation() goes without flags when the evaluation ${name} (CAP-038)`, async () => {
    const { item, ready } = start(evaluate);
    await ready;
    assertEquals(item.make?.()?.text, "{}");
  });
}
