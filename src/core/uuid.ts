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
  let pool = new DataView(new ArrayBuffer(0));
  let offset = 0;

  const draw = () => {
    offset += BYTES_A_UUID;
    if (offset < pool.byteLength) return;
    const bytes = new Uint8Array(BYTES_A_UUID * UUIDS_A_DRAW);
    random(bytes);
    pool = new DataView(bytes.buffer);
    offset = 0;
  };
  const setTime = (next: number) => {
    time = next;
    const hex = toHex(time, 12);
    head = `${hex.slice(0, 8)}-${hex.slice(8)}`;
  };
  return (now) => {
    draw();
    const current = Math.min(Math.max(0, Math.floor(now)), MAX_TIME);
    if (current > time) {
      setTime(current);
      counter = pool.getUint32(offset) % (COUNTER_LIMIT / 2);
    } else if (++counter === COUNTER_LIMIT) {
      setTime(time + 1);
      counter = 0;
    }
    const high = (0x7000 | (counter >>> 14)).toString(16);
    const low = (0x8000 | (counter & 0x3fff)).toString(16);
    const end = toHex(pool.getUint32(offset + 4), 8) +
      toHex(pool.getUint16(offset + 8), 4);
    return `${head}-${high}-${low}-${end}`;
  };
}

function toHex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
