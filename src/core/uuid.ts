import type { RandomSource } from "./random.ts";

/** Five groups of 8, 4, 4, 4 and 12 digits: the last is written here as one more of 4 and one of 8. */
const UUID_PATTERN = /^[\da-f]{8}(?:-[\da-f]{4}){4}[\da-f]{8}$/i;

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
const MAX_TIME = 2 ** 48 - 1;

/** Random bytes one uuid may take: four to start the counter, six for its end. */
const BYTES_A_UUID = 10;

/** Random bytes are drawn for this many uuids at once: asking for them costs more than they do. */
const UUIDS_A_DRAW = 64;

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
  let head = "";
  const bytes = new Uint8Array(BYTES_A_UUID * UUIDS_A_DRAW);
  const pool = new DataView(bytes.buffer);
  let offset = bytes.length;
  /** The digits of each byte: made at first use, since making them each time is most of what a uuid costs. */
  const hex: string[] = [];

  const setTime = (next: number) => {
    time = next;
    const digits = toHex(time, 12);
    head = `${digits.slice(0, 8)}-${digits.slice(8)}`;
  };
  const quad = (value: number) => `${hex[value >>> 8]}${hex[value & 255]}`;
  const drawQuad = (at: number) => quad(pool.getUint16(offset + at));
  return (now) => {
    offset += BYTES_A_UUID;
    if (offset >= bytes.length) {
      random(bytes);
      offset = 0;
      while (hex.length < 256) hex.push(toHex(hex.length, 2));
    }
    const current = Math.min(Math.max(0, Math.floor(now)), MAX_TIME);
    if (current > time) {
      setTime(current);
      counter = pool.getUint32(offset) % (COUNTER_LIMIT / 2);
    } else if (++counter === COUNTER_LIMIT) {
      setTime(time + 1);
      counter = 0;
    }
    const high = quad(0x7000 | (counter >>> 14));
    const low = quad(0x8000 | (counter & 0x3fff));
    const end = drawQuad(4) + drawQuad(6) + drawQuad(8);
    // Changes nothing but that the text is one piece: some engines are slow to serialize what was put together.
    return `${head}-${high}-${low}-${end}`.toLowerCase();
  };
}

function toHex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
