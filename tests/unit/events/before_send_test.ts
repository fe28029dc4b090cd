import { assert, assertEquals } from "@std/assert";
import type { BeforeSend, CapturedEvent } from "../../../src/core/event.ts";
import { applyBeforeSend } from "../../../src/events/before_send.ts";
import { createRecordingReporter } from "./_reporter.ts";

const EVENT: CapturedEvent = {
  event: "paid",
  distinctId: "user-1",
  properties: { amount: 3, $lib: "edgehog" },
  options: {},
  timestamp: "2026-01-02T03:04:05.678Z",
  uuid: "019b7ca9-8f2e-7000-8000-000000000001",
};

/** How what is told begins, by what became of the event. */
const TOLD = [
  ["dropped", "The hook 'beforeSend' dropped 'paid'"],
  ["failed", "Cannot capture 'paid': the hook 'beforeSend' failed, it "],
  [
    "blank",
    "Cannot capture 'paid': the hook 'beforeSend' removed its name or distinct id",
  ],
] as const;

function run(...hooks: unknown[]) {
  const { reporter, notes, drops, errors } = createRecordingReporter();
  const event = applyBeforeSend(
    hooks as BeforeSend[],
    structuredClone(EVENT),
    {},
    "analytics",
    reporter,
  );
  if (event) {
    assertEquals([notes, drops, errors], [[], [], []]);
    return { kind: "kept" as const, event };
  }
  const { uuid, event: name } = EVENT;
  assertEquals(drops, [{
    reason: "hook",
    lane: "analytics",
    uuid,
    event: name,
  }]);
  const [note, ...others] = notes;
  assertEquals(others, []);
  const [kind] = TOLD.find(([, start]) => note?.text.startsWith(start)) ?? [];
  assertEquals(errors.length, kind === "failed" ? 1 : 0);
  return { kind };
}

Deno.test("applyBeforeSend() takes changes in place and replacements, in order (CAP-091, CAP-092)", () => {
  const result = run(
    (event: CapturedEvent) => {
      event.properties["first"] = true;
      return event;
    },
    (event: CapturedEvent) => ({ ...event, event: `${event.event} again` }),
  );
  assert(result.kind === "kept");
  assertEquals(result.event.event, "paid again");
  assertEquals(result.event.properties["first"], true);
});

for (const answer of [null, undefined, false]) {
  Deno.test(`applyBeforeSend() drops the event on ${answer} and stops (CAP-092)`, () => {
    let calls = 0;
    const result = run(() => answer, () => calls++);
    assertEquals([result.kind, calls], ["dropped", 0]);
  });
}

Deno.test("applyBeforeSend() fails on a throw, a promise and any other kind (CAP-093 to CAP-095)", () => {
  const throws = () => {
    throw new Error("scrubber");
  };
  for (
    const hook of [
      throws,
      () => Promise.reject(new Error("late")),
      () => "text",
      () => 1,
      () => [],
    ]
  ) {
    assertEquals(run(hook).kind, "failed");
  }
});

Deno.test("applyBeforeSend() leaves deleted keys deleted (CAP-096)", () => {
  const result = run((event: CapturedEvent) => {
    delete event.properties["$lib"];
    return event;
  });
  assert(result.kind === "kept");
  assertEquals(result.event.properties, { amount: 3 });
});

Deno.test("applyBeforeSend() normalises what comes out (CAP-100)", () => {
  const result = run((event: CapturedEvent) => ({
    ...event,
    properties: { big: 1n, when: new Date(0) },
    uuid: "nonsense",
    timestamp: "nonsense",
  }));
  assert(result.kind === "kept");
  assertEquals(result.event.properties, {
    big: "1",
    when: "1970-01-01T00:00:00.000Z",
  });
  assertEquals([result.event.uuid, result.event.timestamp], [
    EVENT.uuid,
    EVENT.timestamp,
  ]);
});

Deno.test("applyBeforeSend() notices a removed name or id (CAP-100)", () => {
  assertEquals(
    run((event: CapturedEvent) => ({ ...event, event: " " })).kind,
    "blank",
  );
  assertEquals(
    run((event: CapturedEvent) => ({ ...event, distinctId: "" })).kind,
    "blank",
  );
});
