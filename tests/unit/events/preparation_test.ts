import { assertEquals } from "@std/assert";
import type { EventPreparation } from "../../../src/core/event.ts";
import { createPipeline } from "./_pipeline.ts";

type Evaluate = EventPreparation["evaluate"];
type Asked = Parameters<Evaluate>[0];

const DRAFT = {
  event: "paid",
  message: {
    distinctId: "user-1",
    properties: { $groups: { company: "acme", seat: 7 } },
  },
};

function start(evaluate: Evaluate) {
  const pipeline = createPipeline({
    options: { isServer: false, maxEventBytes: 1000 },
  });
  const plain = pipeline.build(DRAFT, undefined)?.text ?? "";
  const item = pipeline.build({
    ...DRAFT,
    preparation: { evaluate, withinMs: 50 },
  }, undefined);
  if (!item) throw new Error("The event was dropped");
  return { item, preparation: item.preparation, plain };
}

Deno.test("prepare() asks for the event's own identity and groups, as sent (FLG-111)", async () => {
  const asked: Asked[] = [];
  const { item, preparation, plain } = start((request) => {
    asked.push(request);
    return Promise.resolve({ "$feature/a": true });
  });
  assertEquals([item.make === undefined, item.bytes, item.admittedAt], [
    false,
    plain.length,
    5,
  ]);
  assertEquals(preparation?.withinMs, 50);
  await preparation?.ready;
  const { properties } = JSON.parse(item.make?.()?.text ?? "");
  assertEquals(properties, {
    ...JSON.parse(plain).properties,
    "$feature/a": true,
  });
  assertEquals(
    asked.map(({ distinctId, properties }) => [
      distinctId,
      properties["$groups"],
    ]),
    [["user-1", DRAFT.message.properties.$groups]],
  );
});

for (
  const [name, evaluate] of [
    ["rejects", () => Promise.reject(new Error("no"))],
    ["throws", () => {
      throw new Error("no");
    }],
  ] satisfies [string, Evaluate][]
) {
  Deno.test(`prepare() goes without flags when the evaluation ${name} (CAP-038)`, async () => {
    const { item, preparation, plain } = start(evaluate);
    await preparation?.ready;
    assertEquals(item.make?.()?.text, plain);
  });
}
