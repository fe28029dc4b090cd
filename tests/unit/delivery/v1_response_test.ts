import { assertEquals } from "@std/assert";
import { readV1Refusal, readV1Results } from "../../../src/delivery/wire_v1.ts";

function read(results: unknown, uuids = ["a"]) {
  const judge = readV1Results({ text: JSON.stringify({ results }) }, 3000);
  return uuids.map((uuid) => ({ ...judge(uuid), uuid }));
}

for (const result of ["ok", "warning", "something new"]) {
  Deno.test(`readV1Results() counts '${result}' as delivered (CAP-173, CAP-176)`, () => {
    assertEquals(read({ a: { result } }), [{ kind: "delivered", uuid: "a" }]);
  });
}

for (const result of ["drop", "limited"]) {
  Deno.test(`readV1Results() gives an event up on '${result}', with the server's reason (CAP-175)`, () => {
    const reason = { code: "partial" as const, result, details: "why" };
    assertEquals(read({ a: { result, details: "why" } }), [{
      kind: "dropped",
      uuid: "a",
      reason,
    }]);
  });
}

Deno.test("readV1Results() tries again what the server says, after its wait (CAP-174, CAP-179)", () => {
  const reason = { code: "partial" as const, result: "retry" };
  assertEquals(read({ a: { result: "retry" } }), [{
    kind: "retry",
    uuid: "a",
    reason,
    afterMs: 3000,
  }]);
});

Deno.test("readV1Results() matches uuids whatever their case, and takes an unnamed one as accepted (CAP-176, CAP-178)", () => {
  const kinds = read({ ab: { result: "drop" } }, ["AB", "cd"]).map((
    { kind, uuid },
  ) => [kind, uuid]);
  assertEquals(kinds, [["dropped", "AB"], ["delivered", "cd"]]);
});

Deno.test("readV1Results() looks at own members only", () => {
  assertEquals(read({}, ["toString"]).map(({ kind }) => kind), ["delivered"]);
});

for (
  const text of ["", "<html>", "[]", "{}", '{"results":[]}', "null"]
) {
  Deno.test(`readV1Results() gives up on the success ${JSON.stringify(text)} (CAP-181)`, () => {
    const judge = readV1Results({ text }, undefined);
    assertEquals(judge("a"), {
      kind: "dropped",
      reason: { code: "unparseable" },
    });
  });
}

Deno.test("readV1Results() asks again after a success that broke off (FLD-085)", () => {
  const judge = readV1Results({ text: undefined }, 5000);
  assertEquals(judge("a"), {
    kind: "retry",
    reason: { code: "network" },
    afterMs: 5000,
  });
});

const REFUSALS: readonly [
  text: string | undefined,
  expected: string | undefined,
][] = [
  ['{"error":"code","error_description":"words"}', "words"],
  ['{"error":"code"}', "code"],
  ["plain", "plain"],
  ["", undefined],
  [undefined, undefined],
];

for (const [text, expected] of REFUSALS) {
  Deno.test(`readV1Refusal() reads ${JSON.stringify(text)?.slice(0, 40)} (CAP-184)`, () => {
    assertEquals(
      readV1Refusal({ text }) || undefined,
      expected,
    );
  });
}
