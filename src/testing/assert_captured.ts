import { isRecord } from "../core/guards.ts";
import type { JsonValue } from "../core/json.ts";
import type { ReceivedEvent } from "../dev/types.ts";

/** What an event must be like; what is left out does not matter. */
export interface ExpectedEvent {
  /** Its name. */
  readonly event: string;
  /** Whom it is about. */
  readonly distinctId?: string | undefined;
  /** Properties it must have, among others. */
  readonly properties?: Readonly<Record<string, JsonValue>> | undefined;
}

/**
 * Asserts that such an event arrived and gives back the first one.
 *
 * @throws {Error} None did; the message lists the events of that name, or else all names.
 *
 * @example
 * ```ts
 * import { assertCaptured, createTestClient } from "edgehog/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { posthog, emulator } = createTestClient();
 * posthog.capture({ distinctId: "user-1", event: "order placed", properties: { total: 12, currency: "EUR" } });
 * await posthog.flush();
 * const { distinctId } = assertCaptured(emulator.events, { event: "order placed", properties: { total: 12 } });
 * assertEquals(distinctId, "user-1");
 * ```
 */
export function assertCaptured(
  events: readonly ReceivedEvent[],
  expected: ExpectedEvent,
): ReceivedEvent {
  const namesakes = events.filter(({ event }) => event === expected.event);
  const found = namesakes.find((event) => isMatch(event, expected));
  if (found) return found;
  const seen = namesakes.length > 0
    ? namesakes.map(({ distinctId, properties }) =>
      JSON.stringify({ distinctId, properties })
    )
    : [...new Set(events.map(({ event }) => `"${event}"`))];
  const wanted = JSON.stringify(expected);
  throw new Error(
    `No captured event is like ${wanted}; there are ${events.length}: ${
      seen.join(", ") || "none"
    }`,
  );
}

function isMatch(
  event: ReceivedEvent,
  { distinctId, properties = {} }: ExpectedEvent,
): boolean {
  if (distinctId !== undefined && event.distinctId !== distinctId) return false;
  return Object.entries(properties).every(([name, value]) =>
    Object.hasOwn(event.properties, name) &&
    isEqual(event.properties[name], value)
  );
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length &&
      a.every((item, index) => isEqual(item, b[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]));
}
