import { assert, assertEquals } from "@std/assert";
import type { DraftReader, DraftReading } from "../../../src/events/drafts.ts";
import {
  draftSetPersonProperties,
  draftUnsetPersonProperties,
} from "../../../src/events/person_properties.ts";
import {
  draftAlias,
  draftGroupIdentify,
  draftIdentify,
} from "../../../src/events/identity.ts";
import type { Note } from "../../../src/events/notes.ts";

function accepted(reading: DraftReading) {
  assert(reading.kind === "draft");
  return reading.draft;
}

Deno.test("draftIdentify() merges plain keys under an explicit $set, which wins (CAP-070)", () => {
  const properties = {
    plan: "pro",
    seats: 3,
    $set: { plan: "team" },
    $set_once: { source: "ad" },
    $anon_distinct_id: "anon",
  };
  assertEquals(
    accepted(draftIdentify({ distinctId: "u", properties }, [])).ownProperties,
    {
      $set: { plan: "team", seats: 3 },
      $set_once: { source: "ad" },
      $anon_distinct_id: "anon",
    },
  );
});

Deno.test("draftIdentify() always has a $set, and drops without an identity (CAP-071, CAP-072)", () => {
  const draft = accepted(draftIdentify({ distinctId: "u" }, []));
  assertEquals(draft.ownProperties, { $set: {} });
  assertEquals(draft.withoutIdentity, "drop");
});

Deno.test("draftAlias() never swaps its arguments (CAP-073)", () => {
  const draft = accepted(
    draftAlias({ distinctId: "known", alias: 7 }, undefined),
  );
  assertEquals(draft.distinctId, "known");
  assertEquals(draft.ownProperties, { alias: "7", distinct_id: "known" });
});

Deno.test("draftAlias() takes the scope's id where none is given (CAP-080)", () => {
  assertEquals(
    accepted(draftAlias({ alias: "a" }, "scope")).distinctId,
    "scope",
  );
});

for (
  const message of [
    { alias: "a" },
    { distinctId: "u" },
    {
      distinctId: " ",
      alias: "a",
    },
    { distinctId: "u", alias: "" },
    { distinctId: "u", alias: null },
  ]
) {
  Deno.test(`draftAlias() refuses ${JSON.stringify(message)} (CAP-074)`, () => {
    assertEquals(draftAlias(message, undefined).kind, "refused");
  });
}

Deno.test("draftGroupIdentify() is about the group unless told otherwise (CAP-075)", () => {
  const draft = accepted(
    draftGroupIdentify({
      groupType: "company",
      groupKey: 5,
      properties: { seats: 3 },
    }, []),
  );
  assertEquals(draft.distinctId, "$company_5");
  assertEquals(draft.ownProperties, {
    $group_type: "company",
    $group_key: "5",
    $group_set: { seats: 3 },
  });
  assertEquals(
    accepted(
      draftGroupIdentify(
        { groupType: "c", groupKey: "k", distinctId: "u" },
        [],
      ),
    ).distinctId,
    "u",
  );
});

Deno.test("draftGroupIdentify() sends an empty $group_set (CAP-075)", () => {
  const draft = accepted(
    draftGroupIdentify({ groupType: "c", groupKey: "k" }, []),
  );
  assertEquals(draft.ownProperties?.["$group_set"], {});
});

for (
  const message of [{ groupKey: "k" }, { groupType: "c" }, {
    groupType: "",
    groupKey: "k",
  }]
) {
  Deno.test(`draftGroupIdentify() refuses ${JSON.stringify(message)} (CAP-077)`, () => {
    assertEquals(draftGroupIdentify(message, []).kind, "refused");
  });
}

Deno.test("draftSetPersonProperties() sends each map only if it says anything (CAP-078)", () => {
  const set = accepted(draftSetPersonProperties({ properties: { a: 1 } }, []));
  assertEquals([set.event, set.ownProperties, set.withoutIdentity], ["$set", {
    $set: { a: 1 },
  }, "drop"]);
  const once = accepted(
    draftSetPersonProperties({ properties: {}, propertiesOnce: { b: 2 } }, []),
  );
  assertEquals(once.ownProperties, { $set_once: { b: 2 } });
  assertEquals(
    draftSetPersonProperties({ distinctId: "u" }, []).kind,
    "nothing",
  );
});

Deno.test("draftUnsetPersonProperties() takes one name or several (CAP-079)", () => {
  assertEquals(
    accepted(draftUnsetPersonProperties({ properties: "a" })).ownProperties,
    { $unset: ["a"] },
  );
  assertEquals(
    accepted(draftUnsetPersonProperties({ properties: ["a", " ", 5, "b"] }))
      .ownProperties,
    { $unset: ["a", "b"] },
  );
  assertEquals(
    draftUnsetPersonProperties({ distinctId: "u", properties: [] }).kind,
    "nothing",
  );
});

const SETTERS: readonly [name: string, read: DraftReader][] = [
  ["draftIdentify", draftIdentify],
  ["draftGroupIdentify", draftGroupIdentify],
  ["draftSetPersonProperties", draftSetPersonProperties],
];

for (const [name, read] of SETTERS) {
  Deno.test(`${name}() notes properties that are no plain object and goes on`, () => {
    const notes: Note[] = [];
    const reading = read({
      distinctId: "u",
      groupType: "c",
      groupKey: "k",
      properties: ["plan"],
      propertiesOnce: { a: 1 },
    }, notes);
    assertEquals([reading.kind, notes.map(({ level }) => level)], ["draft", [
      "warn",
    ]]);
  });
}
