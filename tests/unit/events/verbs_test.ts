import { assert, assertEquals } from "@std/assert";
import type {
  EventContext,
  EventDraft,
  EventPreparation,
} from "../../../src/core/event.ts";
import { EVENT_VERBS, type EventCaller } from "../../../src/events/verbs.ts";
import { createRecordingReporter } from "./_reporter.ts";

const PREPARATION: EventPreparation = {
  evaluate: () => Promise.resolve({}),
  withinMs: 5,
};

type VerbName = keyof typeof EVENT_VERBS;

/** What a verb made of a message, and what it told. */
function read(
  name: VerbName,
  message: unknown,
  context?: EventContext,
) {
  const { reporter, notes, drops } = createRecordingReporter();
  const drafts: EventDraft[] = [];
  const caller: EventCaller = {
    isScope: context !== undefined,
    isKept: true,
    context,
    entry: undefined,
    reporter,
    keepAlive: () => true,
    checkOpen: () => true,
    kernel: { options: { captureMode: "v1" } },
    capture: (draft) => void drafts.push(draft),
    captureImmediate: (draft) => Promise.resolve(void drafts.push(draft)),
    prepareEvent: () => PREPARATION,
  };
  EVENT_VERBS[name](caller, message as never);
  const [draft] = drafts;
  if (draft) return { kind: "draft" as const, draft, notes };
  return { kind: drops.length > 0 ? "refused" : "nothing", notes } as const;
}

function accepted(name: VerbName, message: unknown, context?: EventContext) {
  const reading = read(name, message, context);
  assert(reading.kind === "draft");
  return reading.draft;
}

const SCOPE: EventContext = {
  distinctId: "scope",
  sessionId: undefined,
  properties: {},
};

Deno.test("identify() merges plain keys under an explicit $set, which wins (CAP-070)", () => {
  const properties = {
    plan: "pro",
    seats: 3,
    $set: { plan: "team" },
    $set_once: { source: "ad" },
    $anon_distinct_id: "anon",
  };
  assertEquals(
    accepted("identify", { distinctId: "u", properties }).ownProperties,
    {
      $set: { plan: "team", seats: 3 },
      $set_once: { source: "ad" },
      $anon_distinct_id: "anon",
    },
  );
});

Deno.test("identify() always has a $set, and drops without an identity (CAP-071, CAP-072)", () => {
  const draft = accepted("identify", { distinctId: "u" });
  assertEquals(draft.ownProperties, { $set: {} });
});

Deno.test("alias() never swaps its arguments (CAP-073)", () => {
  const draft = accepted("alias", { distinctId: "known", alias: 7 });
  assertEquals(draft.distinctId, "known");
  assertEquals(draft.ownProperties, { alias: "7", distinct_id: "known" });
});

Deno.test("alias() takes the scope's id where none is given (CAP-080)", () => {
  assertEquals(
    accepted("alias", { alias: "a" }, SCOPE).distinctId,
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
  Deno.test(`alias() refuses ${JSON.stringify(message)} (CAP-074)`, () => {
    assertEquals(read("alias", message).kind, "refused");
  });
}

Deno.test("groupIdentify() is about the group unless told otherwise (CAP-075)", () => {
  const draft = accepted("groupIdentify", {
    groupType: "company",
    groupKey: 5,
    properties: { seats: 3 },
  });
  assertEquals(draft.distinctId, "$company_5");
  assertEquals(draft.ownProperties, {
    $group_type: "company",
    $group_key: "5",
    $group_set: { seats: 3 },
  });
  assertEquals(
    accepted("groupIdentify", {
      groupType: "c",
      groupKey: "k",
      distinctId: "u",
    }).distinctId,
    "u",
  );
});

Deno.test("groupIdentify() sends an empty $group_set (CAP-075)", () => {
  const draft = accepted("groupIdentify", { groupType: "c", groupKey: "k" });
  assertEquals(draft.ownProperties?.["$group_set"], {});
});

for (
  const message of [{ groupKey: "k" }, { groupType: "c" }, {
    groupType: "",
    groupKey: "k",
  }]
) {
  Deno.test(`groupIdentify() refuses ${JSON.stringify(message)} (CAP-077)`, () => {
    assertEquals(read("groupIdentify", message).kind, "refused");
  });
}

Deno.test("setPersonProperties() sends each map only if it says anything (CAP-078)", () => {
  const set = accepted("setPersonProperties", { properties: { a: 1 } });
  assertEquals([set.event, set.ownProperties], ["$set", { $set: { a: 1 } }]);
  const once = accepted("setPersonProperties", {
    properties: {},
    propertiesOnce: { b: 2 },
  });
  assertEquals(once.ownProperties, { $set_once: { b: 2 } });
  assertEquals(
    read("setPersonProperties", { distinctId: "u" }).kind,
    "nothing",
  );
});

Deno.test("unsetPersonProperties() takes one name or several (CAP-079)", () => {
  assertEquals(
    accepted("unsetPersonProperties", { properties: "a" }).ownProperties,
    { $unset: ["a"] },
  );
  assertEquals(
    accepted("unsetPersonProperties", { properties: ["a", " ", 5, "b"] })
      .ownProperties,
    { $unset: ["a", "b"] },
  );
  assertEquals(
    read("unsetPersonProperties", { distinctId: "u", properties: [] }).kind,
    "nothing",
  );
});

const SETTERS: readonly VerbName[] = [
  "identify",
  "groupIdentify",
  "setPersonProperties",
];

for (const name of SETTERS) {
  Deno.test(`${name}() notes properties that are no plain object and goes on`, () => {
    const { kind, notes } = read(name, {
      distinctId: "u",
      groupType: "c",
      groupKey: "k",
      properties: ["plan"],
      propertiesOnce: { a: 1 },
    });
    assertEquals([kind, notes.map(({ level }) => level)], ["draft", ["warn"]]);
  });
}

Deno.test("the verb chooses the lane, never the event's name", () => {
  const event = "$ai_generation";
  assertEquals(accepted("capture", { event }).lane, "analytics");
  assertEquals(accepted("captureAi", { event }).lane, "ai");
});

Deno.test("capture() has features prepare an event (FLG-111)", () => {
  const message = { event: "paid", flags: {} };
  const draft = accepted("capture", message);
  assertEquals([draft.preparation, draft.message], [PREPARATION, message]);
  assertEquals(accepted("identify", {}).preparation, undefined);
});

for (const name of Object.keys(EVENT_VERBS) as VerbName[]) {
  Deno.test(`${name}() refuses what is no object`, () => {
    const { kind, notes } = read(name, ["paid"]);
    assertEquals(kind, "refused");
    const [note, ...others] = notes;
    assertEquals(others, []);
    assert(note?.text.endsWith(": expected an object, got array"));
  });
}
