import { isRecord, isText } from "../core/guards.ts";
import type { JsonValue } from "../core/json.ts";
import { compareTrees } from "./describe_difference.ts";
import { expectThat } from "./expect_that.ts";

/** What an event must be like; what is left out does not matter. */
export interface ExpectedEvent {
  /** Its name. */
  readonly event: string;
  /** Whom it is about. */
  readonly distinctId?: string | undefined;
  /** Properties it must have, among others. */
  readonly properties?: Readonly<Record<string, JsonValue>> | undefined;
}

/** The exposure of a flag; what is left out does not matter. */
export interface ExpectedExposure {
  /** The flag's key. */
  readonly flag: string;
  /** The value that was used. */
  readonly value?: boolean | string | undefined;
  /** For whom. */
  readonly distinctId?: string | undefined;
}

/** An exception; what is left out does not matter. */
export interface ExpectedException {
  /** The class of the error. */
  readonly type?: string | undefined;
  /** Its message. */
  readonly message?: string | undefined;
  /** Who met it. */
  readonly distinctId?: string | undefined;
}

/** The part of an event that the assertions read. */
export interface AssertedEvent {
  /** Its name. */
  readonly event: string;
  /** Whom it is about. */
  readonly distinctId: string;
  /** All properties. */
  readonly properties: Readonly<Record<string, JsonValue>>;
}

/** Where events are: the kit, whose are there once they are captured; an emulator, where they arrive; or a list. */
export type EventSource<Event extends AssertedEvent> =
  | readonly Event[]
  | { readonly events: readonly Event[] };

/**
 * Asserts that such an event is there and gives back the first one. Needs no test runner.
 *
 * @param expected The event's name, or what it must be like.
 * @throws {Error} There is none: the message compares the nearest one of that name line by line (`-` was expected, `+`
 * is there), or else lists what is there.
 *
 * @example
 * ```ts
 * import { assertCaptured, createTestClient } from "edgehog/testing";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const kit = createTestClient();
 * kit.posthog.capture({ distinctId: "user-1", event: "order placed", properties: { total: 12, currency: "EUR" } });
 *
 * const { distinctId } = assertCaptured(kit, { event: "order placed", properties: { total: 12 } });
 * assertEquals(distinctId, "user-1");
 * assertThrows(
 *   () => assertCaptured(kit, { event: "order placed", properties: { total: 13 } }),
 *   Error,
 *   "- properties.total: 13\n+ properties.total: 12",
 * );
 * ```
 */
export function assertCaptured<Event extends AssertedEvent>(
  source: EventSource<Event>,
  expected: ExpectedEvent | string,
): Event {
  const events = listEvents(source);
  const wanted = readExpected(expected);
  let nearest: ReturnType<typeof compareEvents> | undefined;
  for (const event of events) {
    if (event.event !== wanted.event) continue;
    const comparison = compareEvents(wanted, event);
    if (comparison.differences === 0) return event;
    if (!nearest || comparison.differences < nearest.differences) {
      nearest = comparison;
    }
  }
  throw createFailure(
    `No captured event is the one expected: ${
      nearest
        ? `of those of its name this is the nearest (- expected, + captured)`
        : `none is named ${JSON.stringify(wanted.event)}`
    }`,
    nearest?.lines ?? listNames(events),
  );
}

/**
 * Asserts that no such event is there. Needs no test runner.
 *
 * @param unexpected The event's name, or what it must not be like.
 * @throws {Error} There is one; the message shows it.
 *
 * @example
 * ```ts
 * import { assertNotCaptured, createTestClient } from "edgehog/testing";
 *
 * const kit = createTestClient();
 * kit.posthog.capture({ distinctId: "user-1", event: "cart viewed" });
 *
 * assertNotCaptured(kit, "order placed");
 * ```
 */
export function assertNotCaptured<Event extends AssertedEvent>(
  source: EventSource<Event>,
  unexpected: ExpectedEvent | string,
): void {
  const unwanted = readExpected(unexpected);
  const found = listEvents(source).find((event) =>
    compareEvents(unwanted, event).differences === 0
  );
  if (!found) return;
  const { event, distinctId, properties } = found;
  const all = { event, distinctId, properties };
  throw createFailure(
    "An event was captured that should not have been",
    compareEvents(all, found).lines,
  );
}

/**
 * Asserts that the value of a flag was used, which is when PostHog counts a person into an experiment. Needs no test runner.
 *
 * @throws {Error} It was not; the message compares the nearest exposure, or lists what is there.
 *
 * @example
 * ```ts
 * import { assertExposed, createTestClient } from "edgehog/testing";
 *
 * const kit = createTestClient({ flags: { pricing: "annual" } });
 * (await kit.posthog.evaluateFlags("user-1")).getFlag("pricing");
 *
 * assertExposed(kit, { flag: "pricing", value: "annual", distinctId: "user-1" });
 * ```
 */
export function assertExposed<Event extends AssertedEvent>(
  source: EventSource<Event>,
  expected: ExpectedExposure,
): Event {
  const { flag, value, distinctId } = Object(expected) as ExpectedExposure;
  expectThat(isText(flag), "Cannot compare: expected a 'flag'", flag);
  return assertCaptured(source, {
    event: "$feature_flag_called",
    distinctId,
    properties: {
      "$feature_flag": flag,
      ...(value !== undefined && { "$feature_flag_response": value }),
    },
  });
}

/**
 * Asserts that an exception was captured. Needs no test runner.
 *
 * @throws {Error} None was that is like it; the message compares the nearest one, or lists what is there.
 *
 * @example
 * ```ts
 * import { assertExceptionCaptured, createTestClient } from "edgehog/testing";
 *
 * const kit = createTestClient();
 * kit.posthog.captureException(new RangeError("Too many"), "user-1");
 *
 * assertExceptionCaptured(kit, { type: "RangeError", message: "Too many" });
 * ```
 */
export function assertExceptionCaptured<Event extends AssertedEvent>(
  source: EventSource<Event>,
  expected: ExpectedException = {},
): Event {
  const wanted = "Cannot compare: expected what an exception must be like";
  expectThat(isRecord(expected), wanted, expected);
  const { type, message, distinctId } = expected;
  return assertCaptured(source, {
    event: "$exception",
    distinctId,
    properties: {
      ...(type !== undefined && { "$exception_type": type }),
      ...(message !== undefined && { "$exception_message": message }),
    },
  });
}

function listEvents<Event extends AssertedEvent>(
  source: EventSource<Event>,
): readonly Event[] {
  const events: unknown = Array.isArray(source)
    ? source
    : Object(source).events;
  const expected =
    "Cannot look for events: expected a kit, an emulator or a list";
  expectThat(Array.isArray(events), expected, source);
  return events as readonly Event[];
}

function readExpected(expected: ExpectedEvent | string): ExpectedEvent {
  const read = isText(expected) ? { event: expected } : expected;
  expectThat(
    isText(Object(read).event),
    "Cannot compare: expected an event's name, or what has one",
    expected,
  );
  return read;
}

/** Each property counts whole, and those that are not expected do not count. */
function compareEvents(
  { event, distinctId, properties }: ExpectedEvent,
  actual: AssertedEvent,
): ReturnType<typeof compareTrees> {
  return compareTrees(
    { event, distinctId, ...prefixNames(properties) },
    {
      event: actual.event,
      distinctId: actual.distinctId,
      ...prefixNames(actual.properties),
    },
  );
}

function prefixNames(
  properties: Readonly<Record<string, JsonValue>> = {},
): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(properties).map((
      [name, value],
    ) => [`properties.${name}`, value]),
  );
}

function listNames(events: readonly AssertedEvent[]): string[] {
  const counts = new Map<string, number>();
  for (const { event } of events) {
    counts.set(event, (counts.get(event) ?? 0) + 1);
  }
  return counts.size > 0
    ? [...counts].map(([name, count]) =>
      `  captured: ${count} × ${JSON.stringify(name)}`
    )
    : ["  nothing was captured"];
}

/** What runners print as a failed assertion. */
function createFailure(message: string, lines: readonly string[]): Error {
  const error = new Error([message, ...lines].join("\n"));
  error.name = "AssertionError";
  return error;
}
