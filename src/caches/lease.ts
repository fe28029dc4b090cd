import { getOwn, isFiniteNumber, isRecord } from "../core/guards.ts";
import { drawUnit, type RandomSource } from "../core/random.ts";

/** Who refreshes the definitions of a shared cache, as the cache's lease key says it. */
export interface Lease {
  /** The isolate's name for itself. */
  readonly holder: string;
  /** When it took the lease, or refreshed for the last time, in ms since the epoch; 0: it gave the lease back. */
  readonly refreshedAt: number;
  /** When PostHog last answered it, and the definitions in the store were current, in ms since the epoch. */
  readonly confirmedAt?: number;
}

/** The intervals that a lease is good for. */
export interface LeaseTiming {
  /** How often the holder refreshes, in ms. */
  readonly intervalMs: number;
  /** How long a write may stay unseen elsewhere, in ms. */
  readonly consistencyMs: number;
  /** The spread of take-overs, in ms. */
  readonly spreadMs: number;
}

/** What one isolate knows when it decides. */
export interface LeaseView {
  /** When it became the holder, and when it began its last refresh, in ms; undefined when it is not the holder. */
  readonly own: { readonly claimedAt: number; readonly at: number } | undefined;
  /** The lease of another isolate: for a holder the last claim, for all others the newest refresh that was seen. */
  readonly other: Lease | undefined;
  /** Its share of the spread, from 0 to 1. */
  readonly spread: number;
  /** Whether the cache has no definitions to offer. */
  readonly isEmpty: boolean;
  /** The moment, in ms since the epoch. */
  readonly now: number;
}

/** `claim`: refresh, and be the holder. `hold`: it is the holder, and its refresh is not due. `yield`: another one is. */
export type LeaseDecision = "claim" | "hold" | "yield";

/**
 * The share of an interval after which the holder refreshes again. The client asks once an interval, spread by a
 * tenth; a refusal would cost a whole interval more, so this is a little less than the fastest client's.
 */
const RENEWAL_SHARE = 0.8;

/** The same key takes one write a second. */
const MIN_RENEWAL_MS = 1000;

/**
 * How long the first definitions may take from the claim to the store. After that a claim without definitions has
 * failed: an isolate that has none has to fetch them anyway, so it may as well store them.
 */
const FIRST_LOAD_MS = 5000;

/**
 * Within this share of an interval after a lease has run out, another isolate has taken it and refreshed. Who still hears of
 * nothing then asks PostHog itself.
 */
export const TAKE_OVER_SHARE = 0.5;

/** How many isolates the spread of take-overs is made for; with more, a few of them collide. */
const CROWD = 1000;

/** Decides who refreshes. Pure: the same view gives the same decision. */
export function decideLease(
  { own, other, spread, isEmpty, now }: LeaseView,
  timing: LeaseTiming,
): LeaseDecision {
  const { intervalMs, spreadMs } = timing;
  const ttlMs = getLeaseTtlMs(timing);
  if (own) {
    // Of isolates that claimed before they could see each other, the one whose claim the store kept stays. An older
    // claim is that of a holder whose lease had run out, in a late read.
    if (other && other.refreshedAt > own.claimedAt - ttlMs) return "yield";
    const dueMs = Math.min(
      RENEWAL_SHARE * intervalMs,
      isEmpty ? FIRST_LOAD_MS : Infinity,
    );
    return getAge(own.at, now) >= Math.max(dueMs, MIN_RENEWAL_MS)
      ? "claim"
      : "hold";
  }
  const age = getAge(other?.refreshedAt, now);
  const hasRunOut = age >= ttlMs + (other ? spread * spreadMs : 0);
  return hasRunOut || isEmpty && age >= FIRST_LOAD_MS ? "claim" : "yield";
}

/** How long a lease lasts after its holder's last refresh: two intervals, and the time until others see it. */
function getLeaseTtlMs(
  { intervalMs, consistencyMs }: LeaseTiming,
): number {
  return 2 * intervalMs + consistencyMs;
}

/** A moment as far in the future as in the past is as old: a wrong clock must not hold a lease for long. */
function getAge(at: number | undefined, now: number): number {
  return at === undefined ? Infinity : Math.abs(now - at);
}

/** Reads a lease; undefined for anything else. */
export function parseLease(json: unknown): Lease | undefined {
  if (!isRecord(json)) return undefined;
  const holder = getOwn(json, "holder");
  const refreshedAt = getOwn(json, "refreshedAt");
  const confirmedAt = getOwn(json, "confirmedAt");
  return typeof holder === "string" && isFiniteNumber(refreshedAt)
    ? {
      holder,
      refreshedAt,
      ...(isFiniteNumber(confirmedAt) && { confirmedAt }),
    }
    : undefined;
}

/**
 * The two keys of a lease: `lease` is written after each refresh, `holder` when the holder changes. A holder goes by the
 * second: with one key, two that claimed at the same time in different places would hide each other's claims for good,
 * since each sees its own write at once and the other's only after it has written again.
 */
export type LeaseKey = "lease" | "holder";

/** A claim to be written. */
export interface LeaseClaim {
  /** What to write. */
  readonly lease: Lease;
  /** Where. */
  readonly keys: readonly LeaseKey[];
}

/** One isolate's part in the lease. It reads and writes nothing: the cache does. */
export interface LeaseKeeper {
  /** The key to read before {@linkcode decide}; undefined when another isolate's lease, seen before, is still good. */
  keyToRead(now: number): LeaseKey | undefined;
  /** Decides with what a key holds. A claim has to be written; that of the holder itself once its refresh has worked. */
  decide(
    read: { readonly key: LeaseKey; readonly stored: unknown },
    now: number,
    isEmpty: boolean,
  ): LeaseClaim | undefined;
  /** Whether this isolate is the holder, as far as it knows. */
  isHolder(): boolean;
  /** What the holder writes when its refresh has worked; undefined for anybody else. */
  confirm(now: number): LeaseClaim | undefined;
  /** What the holder writes to be it no more; undefined for anybody else. Who `rests` leaves a lease's time to others. */
  giveBack(now: number, rests: boolean): LeaseClaim | undefined;
  /** The last confirmation of the lease seen last, or of the one that is `stored`. */
  getConfirmedAt(stored?: unknown): number | undefined;
  /** Whether definitions were claimed so short a time ago that they may be about to be stored. */
  isFirstLoad(now: number): boolean;
}

/** Creates a {@linkcode LeaseKeeper}; name and spread are drawn when they are first needed. */
export function createLeaseKeeper(
  timing: LeaseTiming,
  random: RandomSource,
): LeaseKeeper {
  let self: string | undefined;
  let spread = 0;
  let own: LeaseView["own"];
  let seen: Lease | undefined;
  const isLive = (lease: Lease | undefined, now: number): lease is Lease =>
    getAge(lease?.refreshedAt, now) < getLeaseTtlMs(timing);
  return {
    keyToRead(now) {
      if (own) return "holder";
      return isLive(seen, now) ? undefined : "lease";
    },
    decide({ key, stored }, now, isEmpty) {
      if (self === undefined) {
        self = drawName(random);
        spread = drawSpread(random);
      }
      const lease = parseLease(stored);
      // A claim of this isolate's other request may have come between: then the last holder's lease says nothing.
      const isPast = own !== undefined && key === "lease";
      const other = isPast || lease?.holder === self ? undefined : lease;
      // A read may show an older lease than the last one did.
      const isOlder = isLive(seen, now) && other !== undefined &&
        seen.refreshedAt > other.refreshedAt;
      if (!own && other && !isOlder) seen = other;
      const view = { own, other: own ? other : seen, spread, isEmpty, now };
      const decision = decideLease(view, timing);
      if (decision === "yield") {
        seen = view.other;
        own = undefined;
      }
      if (decision !== "claim") return undefined;
      const keys: readonly LeaseKey[] = own ? [] : ["holder", "lease"];
      own = { claimedAt: own?.claimedAt ?? now, at: now };
      return { lease: { holder: self, refreshedAt: now }, keys };
    },
    isHolder: () => own !== undefined,
    confirm(now) {
      if (self === undefined || !own) return undefined;
      const lease = { holder: self, refreshedAt: now, confirmedAt: now };
      return { lease, keys: ["lease"] };
    },
    giveBack(now, rests) {
      if (self === undefined || !own) return undefined;
      own = undefined;
      seen = rests ? { holder: "", refreshedAt: now } : undefined;
      return { lease: { holder: self, refreshedAt: 0 }, keys: ["lease"] };
    },
    getConfirmedAt: (stored) => (parseLease(stored) ?? seen)?.confirmedAt,
    isFirstLoad: (now) =>
      getAge(own?.at, now) < FIRST_LOAD_MS ||
      getAge(seen?.refreshedAt, now) < FIRST_LOAD_MS,
  };
}

function drawName(random: RandomSource): string {
  const bytes = new Uint8Array(8);
  random(bytes);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/**
 * Most draws are near 1 and few near 0, so that in a crowd some one isolate is clearly the first and the others see
 * its claim before their own time comes, while a lone isolate waits for one spread at most. (Exponential feedback
 * timers: Nonnenmacher and Biersack, "Scalable Feedback for Large Groups", 1999.)
 */
function drawSpread(random: RandomSource): number {
  return Math.max(0, 1 + Math.log(drawUnit(random)) / Math.log(CROWD));
}
