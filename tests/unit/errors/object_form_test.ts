import { assertEquals } from "@std/assert";
import type {
  CaptureExceptionArguments,
  CaptureExceptionInput,
  JsonObject,
} from "edgehog";
import { createSender, ownProperties } from "../events/_sent.ts";
import { createRecorded, firstEntry, type Properties } from "./_recorded.ts";

const UUID = "019b7ca9-8f2e-7000-8000-000000000001";

/** What a call makes of its arguments behind the error: the event, its properties, and what was said. */
async function captureWith(
  ...args: readonly unknown[]
): Promise<{
  readonly distinctId: string | undefined;
  readonly uuid: string | undefined;
  readonly properties: Properties;
  readonly warnings: readonly string[];
}> {
  const { posthog, emulator, warnings, received, errors } = createRecorded();
  const given = [fixedError(), ...args] as CaptureExceptionArguments;
  const uuid = posthog.captureException(...given);
  const [properties = {}] = await received();
  const [event] = emulator.events;
  assertEquals([event?.event, event?.uuid, errors], ["$exception", uuid, []]);
  return { distinctId: event?.distinctId, uuid, properties, warnings };
}

/** What a test's own line numbers do not change. */
function fixedError(): Error {
  return Object.assign(new RangeError("boom"), {
    stack: "RangeError: boom\n    at pay (shop.ts:1:2)",
  });
}

const isPersonless = ({ properties }: { readonly properties: Properties }) =>
  properties["$process_person_profile"] === false;

/** A snapshot of one flag. */
const snapshot = {
  toEventProperties: () => ({
    "$feature/new-nav": true,
    "$active_feature_flags": ["new-nav"],
  }),
};

Deno.test("captureException() takes all in an object (UPS-060, UPS-064, R25)", async () => {
  const { distinctId, uuid, properties, warnings } = await captureWith({
    distinctId: "u",
    properties: { area: "pay" },
    uuid: UUID,
    level: "Critical",
  });
  assertEquals([distinctId, uuid, properties["area"]], ["u", UUID, "pay"]);
  assertEquals(properties["$exception_level"], "fatal");
  assertEquals(warnings, []);
});

Deno.test("captureException() keeps its form in places, without a warning (UPS-062, R26)", async () => {
  const { distinctId, uuid, properties, warnings } = await captureWith(
    "u",
    { area: "pay" },
    UUID,
  );
  assertEquals([distinctId, uuid, properties["area"]], ["u", UUID, "pay"]);
  assertEquals(properties["$exception_level"], "error");
  assertEquals(warnings, []);
});

const LEVELS: readonly (readonly [given: string, level: string])[] = [
  ["loud", "error"],
  ["WARN", "warning"],
  ["critical", "fatal"],
  ["Info", "info"],
];

for (const [given, level] of LEVELS) {
  Deno.test(`captureException() reads the level '${given}' in the object as ${level} (UPS-064, R27)`, async () => {
    const captured = await captureWith({ level: given });
    assertEquals(captured.properties["$exception_level"], level);
    assertEquals([isPersonless(captured), captured.warnings], [true, []]);
  });
}

const UNKNOWN: readonly (readonly [given: object, warnings: string[]])[] = [
  [{ distnctId: "u" }, ["Cannot use 'distnctId' of 'captureException'"]],
  [
    { area: "pay", messageId: UUID },
    ["Cannot use 'area', 'messageId' of 'captureException'"],
  ],
  [{ "distinct_id": "u" }, [
    "Cannot use 'distinct_id': it is 'distinctId' here",
  ]],
  [{}, []],
];

for (const [given, expected] of UNKNOWN) {
  Deno.test(`captureException() names members that it does not know: ${Object.keys(given)} (UPS-061, FLD-022, R28)`, async () => {
    const captured = await captureWith(given);
    const without = await captureWith();
    assertEquals([isPersonless(captured), captured.uuid === UUID], [
      true,
      false,
    ]);
    assertEquals(captured.warnings, expected);
    assertEquals(captured.properties, without.properties);
  });
}

Deno.test("captureException() warns once of what it does not know (UPS-061)", () => {
  const { posthog, warnings } = createRecorded();
  const given = { distnctId: "u" } as CaptureExceptionInput;
  posthog.captureException(new Error("x"), given);
  posthog.captureException(new Error("x"), given);
  assertEquals(warnings.length, 1);
});

for (
  const more of [[{ area: "pay" }], [undefined, UUID], [null, null, snapshot]]
) {
  Deno.test(`captureException() takes nothing behind the object, argument ${more.length + 2} (UPS-061, R71)`, async () => {
    const captured = await captureWith({}, ...more);
    const { properties, uuid, warnings } = captured;
    assertEquals([isPersonless(captured), uuid === UUID], [true, false]);
    assertEquals([properties["area"], properties["$feature/new-nav"]], [
      undefined,
      undefined,
    ]);
    assertEquals(warnings, [
      "Cannot use what stands behind the object of 'captureException'",
    ]);
  });
}

Deno.test("captureException() takes a snapshot in place of the object for its flags (UPS-063, R29)", async () => {
  const captured = await captureWith(snapshot);
  assertEquals(captured.properties["$feature/new-nav"], true);
  assertEquals([isPersonless(captured), captured.warnings], [true, []]);
  const { properties, warnings } = await captureWith(snapshot, { area: "pay" });
  assertEquals(
    [properties["area"], properties["$feature/new-nav"], warnings],
    ["pay", true, []],
  );
});

for (const [given, distinctId] of [["u", "u"], [7, "7"], [7n, "7"]] as const) {
  Deno.test(`captureException() takes a ${typeof given} in second place for the distinct id (UPS-063)`, async () => {
    assertEquals((await captureWith(given)).distinctId, distinctId);
    const inObject = await captureWith({ distinctId: given });
    assertEquals(inObject.distinctId, distinctId);
  });
}

const OPTIONS = {
  uuid: UUID,
  flags: snapshot,
  level: "warn",
  fingerprint: "checkout",
  timestamp: 0,
  groups: { company: "acme" },
  disableGeoip: false,
  mechanism: { type: "cron", handled: false },
  source: "my.hook",
};

Deno.test("the two forms make the same event, on client and scope, at once or queued (UPS-060)", async () => {
  const { posthog, emulator, warnings, received } = createRecorded();
  const properties = { area: "pay" };
  const input = { distinctId: "u", properties, ...OPTIONS };
  for (const caller of [posthog, posthog.forRequest()]) {
    caller.captureException(fixedError(), "u", properties, OPTIONS);
    caller.captureException(fixedError(), input);
    await caller.flush();
    await caller.captureExceptionImmediate(fixedError(), input);
  }
  await received();
  assertEquals(emulator.events.length, 6);
  // They arrive under one uuid, which is counted.
  const [one, ...others] = emulator.events.map((event) => ({
    ...event,
    arrival: 1,
  }));
  for (const other of others) assertEquals(other, one);
  const [first] = emulator.events;
  assertEquals(
    [first?.timestamp, first?.distinctId, first?.properties["$groups"]],
    ["1970-01-01T00:00:00.000Z", "u", { company: "acme" }],
  );
  assertEquals(firstEntry(first?.properties)["mechanism"], {
    type: "cron",
    handled: false,
    synthetic: false,
    "exception_id": 0,
  });
  assertEquals(warnings, []);
});

Deno.test("properties in the object can't say what is the SDK's (UPS-065, ERR-050)", async () => {
  const reserved = ["list", "type", "message", "level", "source"];
  const { properties, warnings } = await captureWith({
    properties: Object.fromEntries(
      reserved.map((name) => [`$exception_${name}`, "mine"]),
    ),
  });
  const { properties: without } = await captureWith();
  assertEquals([properties, warnings], [without, []]);
});

for (const captureMode of ["v0", "v1"] as const) {
  Deno.test(`captureException() takes the event's options in ${captureMode}, and the level of the SDK stays (UPS-060, UPS-065, UPS-020, R30)`, async () => {
    const { posthog, send, warnings } = createSender({ captureMode });
    const options = { process_person_profile: false, cookieless_mode: true };
    const properties = { "$exception_level": "debug" };
    posthog.captureException(fixedError(), {
      distinctId: "u",
      options,
      properties,
    });
    const [event] = await send();
    assertEquals(
      event?.options ?? {
        process_person_profile: event?.properties["$process_person_profile"],
        cookieless_mode: event?.properties["$cookieless_mode"],
      },
      options,
    );
    assertEquals(event?.properties["$exception_level"], "error");
    assertEquals(warnings(), []);
  });
}

Deno.test("null members of an exception's properties go, after hooks too, and no place in a list does (UPS-065, UPS-030)", async () => {
  const { posthog, send } = createSender({
    captureMode: "v1",
    beforeSend(event) {
      const [entry] = event.properties["$exception_list"] as JsonObject[];
      if (entry) entry["value"] = null;
      event.properties["$exception_list"] = [null, entry ?? null];
      return event;
    },
  });
  posthog.captureException(fixedError(), {
    distinctId: "u",
    properties: { gone: null, box: { gone: null }, list: [null, 1] },
  });
  const [event] = await send();
  const { box, list, ...rest } = event ? ownProperties(event) : {};
  assertEquals([box, list, "gone" in rest], [{}, [null, 1], false]);
  const [first, second] = rest["$exception_list"] as (Properties | null)[];
  assertEquals([first, second?.["type"], second && "value" in second], [
    null,
    "RangeError",
    false,
  ]);
});
