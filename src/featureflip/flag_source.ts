import { runWithin } from "../core/clock.ts";
import { attempt } from "../core/guards.ts";
import { parseJson } from "../core/json.ts";
import type { HttpOutcome } from "../delivery/http.ts";
import { addDependents, findAffected } from "./changes.ts";
import { InitializationError } from "./errors.ts";
import type { Settings } from "./options.ts";
import {
  type Flag,
  parseFlag,
  parseSnapshot,
  type Snapshot,
} from "./payload.ts";
import { readRetryAfterMs, type Requests } from "./requests.ts";
import { StreamTask } from "./streaming.ts";

/** Hears of each change of the flags; which ones it affects is found out where somebody asks. */
export type OnChange = (findKeys: () => string[]) => void;

/** Nothing to tell, or why there are no new flags. */
type LoadResult = InitializationError | undefined;

/** A load counts as under way for so long past its deadline: an isolate forgets it with the request that began it. */
const GRACE_MS = 1_000;

/** The least wait after a failed load. */
const MIN_BACKOFF_MS = 1_000;

/** The flags of one key and what keeps them fresh: a stream where the runtime lives, accesses where it does not. */
export class FlagSource {
  readonly #settings: Settings;
  readonly #requests: Requests;
  readonly #onChange: OnChange;
  #snapshot: Snapshot = { flags: new Map(), segments: new Map() };
  #isLoaded = false;
  #isClosed = false;
  #hasStream: boolean;
  /** From when an access loads the flags. */
  #dueAtMs = 0;
  /** The latest load that an access, or somebody who waits, began; undefined when it has ended. */
  #loading: Promise<LoadResult> | undefined;
  /** Until when the server asks not to be asked for flags. */
  #retryAtMs = 0;
  /** Why that load failed. */
  #failure: InitializationError | undefined;
  #hasWarned = false;
  /** Those who wait for the first snapshot. */
  readonly #waiters = new Set<(result: LoadResult) => void>();
  /** Ends all loads and the stream; in an isolate, the latest load. Made by a load: a Worker's global scope refuses it. */
  #abort: AbortController | undefined;
  /** Numbers the requests for snapshots and those that the stream brings, as they begin. */
  #turn = 0;
  #appliedTurn = 0;
  /** The latest load under way of each flag. */
  readonly #flagLoads = new Map<string, object>();

  /** Does nothing yet. */
  constructor(settings: Settings, requests: Requests, onChange: OnChange) {
    this.#settings = settings;
    this.#requests = requests;
    this.#onChange = onChange;
    this.#hasStream = settings.hasStream;
  }

  /** The flags as they are now. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Whether there was a whole snapshot. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Takes a snapshot into use for good: nothing is ever loaded. */
  fix(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#isLoaded = true;
    this.#isClosed = true;
    this.#dueAtMs = Infinity;
  }

  /** An access: begins a load if one is due. */
  touch(nowMs: number): Promise<unknown> | undefined {
    return nowMs >= this.#dueAtMs ? this.#start() : undefined;
  }

  /** Loads what is due, and with a stream in any case. Never rejects. */
  async refresh(): Promise<void> {
    const { clock, isLongLived } = this.#settings;
    if (this.#isClosed) return;
    const due = this.touch(clock.now());
    await (due ??
      (this.#hasStream ? this.#loadAll() : isLongLived && this.#loading));
  }

  /** Resolves when there are flags. Rejects as soon as the load that is waited for fails, or after `initTimeout`. */
  async waitForInitialization(): Promise<void> {
    const { clock, isLongLived, initTimeoutMs } = this.#settings;
    if (this.#isLoaded) return;
    const isDue = clock.now() >= this.#dueAtMs;
    const failure = this.#failure;
    if (failure && !this.#hasStream && !isDue) {
      throw new InitializationError("Cannot load flags yet", {
        ...failure.status && { status: failure.status },
        cause: failure,
      });
    }
    // Another's load may belong to a request that is gone, and never settle.
    const load = isDue || !isLongLived ? this.#start() : this.#loading;
    const signal = this.#signal;
    let waiter: (result: LoadResult) => void = () => {};
    const waited = await runWithin(
      clock,
      initTimeoutMs,
      () =>
        new Promise<LoadResult>((resolve) => {
          waiter = resolve;
          if (isLongLived) this.#waiters.add(waiter);
          load?.then(resolve);
        }),
      signal,
    );
    this.#waiters.delete(waiter);
    if (this.#isLoaded) return;
    if (waited.kind === "done" && waited.value) throw waited.value;
    // A restart ended that load and began another one.
    if (signal.aborted && !this.#isClosed) return this.waitForInitialization();
    const reason = this.#isClosed
      ? "the client is closed"
      : `none came within ${initTimeoutMs} ms`;
    throw new InitializationError(`Cannot load flags: ${reason}`);
  }

  /** Begins anew: loads, connects, and forgets what went wrong. Resolves when the load has settled. */
  async restart(): Promise<void> {
    if (this.#isClosed) return;
    attempt(() => this.#abort?.abort());
    this.#abort = undefined;
    this.#retryAtMs = 0;
    const load = this.#begin();
    if (this.#hasStream) this.#stream();
    await load;
  }

  /** Ends loads and stream; the flags stay as they are. */
  close(): void {
    this.#isClosed = true;
    this.#dueAtMs = Infinity;
    attempt(() => this.#abort?.abort());
  }

  get #signal(): AbortSignal {
    return (this.#abort ??= new AbortController()).signal;
  }

  /** Begins a load, and the stream after it. */
  #start(): Promise<LoadResult> {
    const load = this.#begin();
    const signal = this.#signal;
    if (this.#hasStream) load.then(() => signal.aborted || this.#stream());
    return load;
  }

  #begin(): Promise<LoadResult> {
    const { clock, requestTimeoutMs, pollIntervalMs, warn, isLongLived } =
      this.#settings;
    // A signal of another request can't be listened to on Workers.
    if (!isLongLived) this.#abort = undefined;
    const signal = this.#signal;
    // Before the request: whoever carries it out may read a flag.
    this.#dueAtMs = this.#hasStream
      ? Infinity
      : clock.now() + requestTimeoutMs + GRACE_MS;
    this.#failure = undefined;
    const load: Promise<LoadResult> = this.#loadAll().then((failure) => {
      const isLatest = this.#loading === load;
      if (isLatest) this.#loading = undefined;
      if (signal.aborted || (failure && !isLatest)) return failure;
      this.#failure = failure;
      if (failure && !this.#isLoaded && !this.#hasWarned) {
        this.#hasWarned = true;
        warn(failure.message);
      }
      if (!this.#hasStream) {
        const now = clock.now();
        this.#dueAtMs = failure
          ? Math.max(
            now + pollIntervalMs,
            now + MIN_BACKOFF_MS,
            this.#retryAtMs,
          )
          : now + pollIntervalMs;
      }
      return failure;
    });
    return this.#loading = load;
  }

  /** Loads all flags, once. Never rejects. */
  async #loadAll(): Promise<LoadResult> {
    const { clock, requestTimeoutMs, initTimeoutMs } = this.#settings;
    const signal = this.#signal;
    const turn = ++this.#turn;
    const timeoutMs = this.#isLoaded
      ? requestTimeoutMs
      : Math.min(requestTimeoutMs, initTimeoutMs);
    const outcome = await this.#requests.get("flags", timeoutMs, signal);
    // What came meanwhile is newer.
    if (signal.aborted || this.#isClosed || turn < this.#appliedTurn) {
      return undefined;
    }
    const json = readJson(outcome);
    const reason = json === undefined
      ? describeOutcome(outcome)
      : this.#apply(json, turn);
    if (reason === undefined) return undefined;
    const now = clock.now();
    this.#retryAtMs = now + readRetryAfterMs(outcome, now);
    return new InitializationError(`Cannot load flags: ${reason}`, {
      ...outcome.kind === "network" && { cause: outcome.cause },
      ...outcome.kind === "status" && { status: outcome.status },
    });
  }

  /** Takes a snapshot into use; or says, and gives, why not. */
  #apply(json: unknown, turn: number): string | undefined {
    const { warn } = this.#settings;
    const before = this.#snapshot;
    try {
      this.#snapshot = parseSnapshot(json, warn);
    } catch (cause) {
      const reason = `the answer is malformed, ${(cause as Error).message}`;
      this.#hasWarned = true;
      warn(`Cannot use flags: ${reason}`);
      return reason;
    }
    this.#appliedTurn = turn;
    if (this.#isLoaded) {
      this.#onChange(() => findAffected(before, this.#snapshot));
    }
    this.#isLoaded = true;
    for (const resolve of this.#waiters) resolve(undefined);
    return undefined;
  }

  #stream(): void {
    const { warn, clock } = this.#settings;
    new StreamTask({
      ...this.#settings,
      open: this.#requests.stream,
      applySync: (json) => {
        if (json !== undefined) this.#apply(json, ++this.#turn);
      },
      loadAll: () => void this.#loadAll(),
      poll: async () => {
        if (clock.now() >= this.#retryAtMs) await this.#loadAll();
        return this.#retryAtMs - clock.now();
      },
      loadFlag: (key) => void this.#loadFlag(key),
      removeFlag: (key) => {
        this.#flagLoads.delete(key);
        if (!this.#snapshot.flags.has(key)) return;
        this.#changeFlag(key, (flags) => void flags.delete(key));
      },
      giveUp: () => {
        this.#hasStream = false;
        this.#dueAtMs = 0;
        warn("Cannot read a stream here: flags are loaded as they are read");
      },
    }, this.#signal).run();
  }

  /** Loads one flag. Never rejects; a failure leaves the flag as it is. */
  async #loadFlag(key: string): Promise<void> {
    const { requestTimeoutMs, warn } = this.#settings;
    const signal = this.#signal;
    const load = {};
    this.#flagLoads.set(key, load);
    const path = `flags/${encodeURIComponent(key.toWellFormed())}`;
    const outcome = await this.#requests.get(path, requestTimeoutMs, signal);
    // A later event of the same flag has the last word.
    if (this.#flagLoads.get(key) !== load) return;
    this.#flagLoads.delete(key);
    const json = readJson(outcome);
    if (signal.aborted || json === undefined) return;
    try {
      const flag = parseFlag(json, warn);
      const stored = flag && this.#snapshot.flags.get(flag.key);
      // Two edits of one second have the same version.
      if (!flag || (stored && stored.version > flag.version)) return;
      this.#changeFlag(flag.key, (flags) => void flags.set(flag.key, flag));
    } catch (cause) {
      warn(`Cannot use a flag: ${(cause as Error).message}`);
    }
  }

  #changeFlag(key: string, change: (flags: Map<string, Flag>) => void): void {
    const flags = new Map(this.#snapshot.flags);
    change(flags);
    this.#snapshot = { ...this.#snapshot, flags };
    this.#onChange(() => addDependents(this.#snapshot, [key]));
  }
}

/** The JSON of a 200; undefined for all else. */
function readJson(outcome: HttpOutcome): unknown {
  return outcome.kind === "ok" && outcome.status === 200
    ? parseJson(outcome.text)
    : undefined;
}

function describeOutcome(outcome: HttpOutcome): string {
  if (outcome.kind === "network") return outcome.cause.message;
  return "status" in outcome
    ? `the answer is ${outcome.status} without flags`
    : "no answer in time";
}
