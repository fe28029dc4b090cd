import type { RandomSource } from "./random.ts";

const UUID_PATTERN =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the value is written as a uuid, of any version and in either case. */
export function isUuid(value: unknown): value is string {
  return typeof value === "string" && UUID_PATTERN.test(value);
}

/** The form in which uuids are compared: the server answers with lowercase keys. */
export function toUuidKey(uuid: string): string {
  return uuid.toLowerCase();
}

/** Makes a UUIDv7 for the given moment (ms since the epoch). */
export type UuidSource = (now: number) => string;

const COUNTER_LIMIT = 2 ** 26;

/**
 * Creates a source of UUIDv7 that are strictly increasing, also within one millisecond and when the clock
 * steps back: on Workers the clock stands still between I/O, and the uuid alone keeps the order of events.
 *
 * Bits: 48 of time, 26 of a counter that starts at a random value below its half each millisecond
 * (RFC 9562, 6.2, method 1), 48 random.
 */
export function createUuidSource(random: RandomSource): UuidSource {
  let time = -1;
  let counter = 0;
  return (now) => {
    const bytes = new Uint8Array(16);
    random(bytes);
    const view = new DataView(bytes.buffer);
    const current = Math.max(0, Math.floor(now));
    if (current > time) {
      time = current;
      counter = view.getUint32(6) % (COUNTER_LIMIT / 2);
    } else if (++counter === COUNTER_LIMIT) {
      time++;
      counter = 0;
    }
    view.setUint32(0, Math.floor(time / 2 ** 16));
    view.setUint16(4, time % 2 ** 16);
    view.setUint16(6, 0x7000 | (counter >>> 14));
    view.setUint16(8, 0x8000 | (counter & 0x3fff));
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
      .join("");
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      hex.slice(12, 16),
      hex.slice(16, 20),
      hex.slice(20),
    ].join("-");
  };
}
