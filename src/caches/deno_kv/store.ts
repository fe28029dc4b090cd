import { type Clock, type Countdown, countDown } from "../../core/clock.ts";
import { getOwn, isFiniteNumber, isRecord } from "../../core/guards.ts";
import type { AtomicStore } from "../atomic_cache.ts";
import type { DenoKvKeyPart, DenoKvLike } from "./types.ts";

/** What the store is made of. */
export interface DenoKvStoreDeps {
  /** Opens the database, or gives the one that is open. */
  readonly open: () => Promise<DenoKvLike>;
  /** The beginning of each key. */
  readonly prefix: readonly DenoKvKeyPart[];
  /** How long a lease lasts in ms. */
  readonly leaseMs: number;
  /** Time in ms since the epoch. */
  readonly now: () => number;
  /** Gives a name that no other write has. */
  readonly buildName: () => string;
}

/** The most that a value may take. Bytes are stored as they are, without an envelope. */
const PIECE_BYTES = 65_536;

/** Pieces of one atomic write, whose keys and values may take 800 KiB together. */
const PIECES_PER_WRITE = 12;

/** Pieces that no head points to are removed at this age: a write that is under way must be over by then. */
const ORPHAN_MS = 60_000;

/** An entry may be replaced once while it is read. */
const READ_ATTEMPTS = 2;

/**
 * Creates an {@linkcode AtomicStore} over Deno KV: a lease, a small head, and the pieces of the text.
 *
 * Pieces are never changed, and the head is exchanged when they are all there, so a reader sees one version.
 */
export function createDenoKvStore(
  { open, prefix, leaseMs, now, buildName }: DenoKvStoreDeps,
): AtomicStore {
  const leaseKey = [...prefix, "lease"];
  const headKey = [...prefix, "head"];
  const piecesKey = [...prefix, "pieces"];
  const confirmedKey = [...prefix, "confirmed"];
  const isOver = createWatch({ now });

  return {
    async claim(holder, mayRenew) {
      const kv = await open();
      const { value, versionstamp } = await kv.get(leaseKey);
      const lease = parseLease(value);
      const isFree = !lease || isOver(lease, versionstamp);
      if (!isFree && !(mayRenew && lease.holder === holder)) return false;
      const { ok } = await kv.atomic()
        .check({ key: leaseKey, versionstamp })
        .set(leaseKey, { holder, claimedAt: now(), lengthMs: leaseMs }, {
          expireIn: leaseMs,
        })
        .commit();
      return ok;
    },

    async release(holder) {
      const kv = await open();
      const { value, versionstamp } = await kv.get(leaseKey);
      if (parseLease(value)?.holder !== holder) return;
      await kv.atomic().check({ key: leaseKey, versionstamp }).delete(leaseKey)
        .commit();
    },

    async readVersion() {
      const kv = await open();
      return parseHead((await kv.get(headKey)).value)?.version;
    },

    async read(known) {
      const kv = await open();
      for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
        const { value, versionstamp } = await kv.get(headKey);
        const head = parseHead(value);
        if (!head) return undefined;
        const { version } = head;
        if (version === known) return { version, text: undefined };
        const text = await readPieces(
          kv,
          [...piecesKey, ...head.write],
          head.pieces,
        );
        if (text !== undefined) return { version, text };
        // Replaced meanwhile, as the check tells, or damaged: then it goes, and the holder writes it again.
        const { ok } = await kv.atomic().check({ key: headKey, versionstamp })
          .delete(headKey).commit();
        if (ok) return undefined;
      }
      return undefined;
    },

    async write(version, text) {
      const kv = await open();
      const { versionstamp } = await kv.get(headKey);
      const startedAt = now();
      const write = [startedAt, buildName()] as const;
      const key = [...piecesKey, ...write];
      const pieces = await writePieces(kv, key, text);
      const { ok } = await kv.atomic()
        .check({ key: headKey, versionstamp })
        .set(headKey, { version, write, pieces })
        .commit();
      if (ok) {
        // The version before, unless it may still be being read, and what writers left that were cut off.
        const end = [...piecesKey, startedAt - ORPHAN_MS];
        await removeAll(kv, { prefix: piecesKey, end });
      } else {
        // Another isolate was faster; what it wrote is as good.
        await removeAll(kv, { prefix: key });
      }
    },

    async confirm(at) {
      const kv = await open();
      await kv.atomic().set(confirmedKey, at).commit();
    },

    async readConfirmedAt() {
      const kv = await open();
      const { value } = await kv.get(confirmedKey);
      return isFiniteNumber(value) ? value : undefined;
    },
  };
}

type Key = readonly DenoKvKeyPart[];

/** Says which pieces make up the entry. */
interface Head {
  readonly version: string;
  /** What the keys of its pieces have in common: when the write began, and its name. */
  readonly write: readonly [startedAt: number, name: string];
  readonly pieces: number;
}

function parseHead(value: unknown): Head | undefined {
  if (!isRecord(value)) return undefined;
  const version = getOwn(value, "version");
  const write = getOwn(value, "write");
  const pieces = getOwn(value, "pieces");
  if (typeof version !== "string" || !isFiniteNumber(pieces)) return undefined;
  if (!Array.isArray(write)) return undefined;
  const [startedAt, name]: readonly unknown[] = write;
  return isFiniteNumber(startedAt) && typeof name === "string"
    ? { version, write: [startedAt, name], pieces }
    : undefined;
}

interface Lease {
  readonly holder: unknown;
  readonly claimedAt: number;
  readonly lengthMs: number;
}

/**
 * Creates what tells whether a lease is over: by the moment that its holder wrote, since the database removes what has
 * expired some time later, or once it was looked at for its length. The holder's clock may be hours ahead, or ours was.
 */
function createWatch(
  clock: Pick<Clock, "now">,
): (lease: Lease, versionstamp: string | null) => boolean {
  let watched: string | null | undefined;
  let left: Countdown = () => 0;
  return ({ claimedAt, lengthMs }, versionstamp) => {
    if (watched !== versionstamp) {
      watched = versionstamp;
      left = countDown(clock, lengthMs);
    }
    return claimedAt + lengthMs <= clock.now() || left() === 0;
  };
}

function parseLease(value: unknown): Lease | undefined {
  if (!isRecord(value)) return undefined;
  const claimedAt = getOwn(value, "claimedAt");
  const lengthMs = getOwn(value, "lengthMs");
  return isFiniteNumber(claimedAt) && isFiniteNumber(lengthMs)
    ? { holder: getOwn(value, "holder"), claimedAt, lengthMs }
    : undefined;
}

/** Stores the text under keys of its own; the number of pieces. */
async function writePieces(
  kv: DenoKvLike,
  key: Key,
  text: string,
): Promise<number> {
  const bytes = new TextEncoder().encode(text);
  const count = Math.ceil(bytes.length / PIECE_BYTES);
  for (let first = 0; first < count; first += PIECES_PER_WRITE) {
    const writes = kv.atomic();
    const end = Math.min(first + PIECES_PER_WRITE, count);
    for (let i = first; i < end; i++) {
      const start = i * PIECE_BYTES;
      writes.set([...key, i], bytes.subarray(start, start + PIECE_BYTES));
    }
    await writes.commit();
  }
  return count;
}

/** The text of the pieces; undefined when some are missing. */
async function readPieces(
  kv: DenoKvLike,
  prefix: Key,
  expected: number,
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let count = 0;
  for await (const { value } of kv.list({ prefix })) {
    if (!(value instanceof Uint8Array) || ++count > expected) return undefined;
    text += decoder.decode(value, { stream: true });
  }
  return count === expected ? text + decoder.decode() : undefined;
}

async function removeAll(
  kv: DenoKvLike,
  selector: { readonly prefix: Key; readonly end?: Key },
): Promise<void> {
  for await (const { key } of kv.list(selector)) {
    await kv.atomic().delete(key as Key).commit();
  }
}
