import type { Lane } from "./delivery.ts";
import type { AnyEdgehogError } from "./errors.ts";
import { isThenable } from "./guards.ts";
import type { JsonObject } from "./json.ts";
import {
  type Logger,
  type LogLevel,
  MAX_TOLD,
  type Redact,
  toLine,
} from "./logger.ts";

/** Why an event will never be sent. */
export type DropReason =
  | "gate"
  | "invalid"
  | "hook"
  | "oversize"
  | "overflow"
  | "rejected"
  | "shutdown";

/** An event that will never be sent. */
export interface DroppedEvent {
  /** Why. */
  readonly reason: DropReason;
  /** Its lane, when it had one. */
  readonly lane?: Lane;
  /** Its uuid, when it had one. */
  readonly uuid?: string;
  /** Its name, when it had one. */
  readonly event?: string;
  /** The server's word for it. */
  readonly result?: string;
  /** The server's reason: one line of at most 512 characters, without keys. */
  readonly details?: string;
}

/** What each listener of `on` receives. */
export interface PostHogListeners {
  /** Each failure that `onError` sees. */
  error: (error: AnyEdgehogError) => void;
  /** Each warning, as text. */
  warning: (message: string) => void;
  /** After a drain or a flush that delivered something: the uuids it delivered. */
  flush: (uuids: readonly string[]) => void;
  /** Each event that will never be sent. */
  drop: (event: DroppedEvent) => void;
  /** Each event as it is queued: a copy, as `queuedEvents` has it. Made only where somebody listens. */
  capture: (event: JsonObject) => void;
  /** Each document of flag definitions that is taken into use, from PostHog or a cache: how many flags it has. */
  localEvaluationFlagsLoaded: (count: number) => void;
}

/** The names that can be listened to. */
export const LISTENED: readonly (keyof PostHogListeners)[] = [
  "error",
  "warning",
  "flush",
  "drop",
  "capture",
  "localEvaluationFlagsLoaded",
];

/** Tells the application what happened. No method throws, whatever logger and listeners do. */
export interface Reporter {
  /** Hides keys and tokens in a text that becomes part of an error. */
  readonly redact: Redact;
  /**
   * Logs at debug level, when debugging is on; a text that is made for it alone is given as a function. Here and in `warn`
   * one that names nothing without a bound may be longer than 200 characters.
   */
  debug(message: string | (() => string), maxLength?: number): void;
  /** Logs a warning; with `onceKey`, only the first time that key is used. */
  warn(message: string, onceKey?: string, maxLength?: number): void;
  /** Logs an error. */
  error(message: string, onceKey?: string): void;
  /**
   * Logs the message of an error, and hands the error to `onError` and the `error` listeners: that each time, also where
   * the message was logged before under `onceKey`. The log may say more than the error: `message`. Default level: warn.
   */
  tell(
    error: AnyEdgehogError,
    level?: "debug" | "warn" | "error",
    onceKey?: string,
    message?: string,
  ): void;
  /** Tells the listeners of a name, where there are any, what is made for them then. */
  emit<Name extends keyof PostHogListeners>(
    name: Name,
    create: () => Parameters<PostHogListeners[Name]>[0],
  ): void;
  /** Tells the `drop` listeners. */
  drop(event: DroppedEvent): void;
  /** Forgets that the key was used, so that the next outage speaks again. */
  rearm(onceKey: string): void;
  /** Turns debug messages on or off. */
  setDebug(isOn: boolean): void;
  /** Adds a listener; the result removes it. Warns once of a name that nobody tells of. */
  on<Name extends keyof PostHogListeners>(
    name: Name,
    listener: PostHogListeners[Name],
  ): () => void;
}

/** What a {@linkcode Reporter} is made of. */
export interface ReporterOptions {
  /** The application's logger, or the console. */
  readonly logger: Logger;
  /** The application's `onError`. */
  readonly onError?: ((error: AnyEdgehogError) => void) | undefined;
  /** Whether debug messages are on from the start. */
  readonly debug: boolean;
  /** Hides keys and tokens. */
  readonly redact: Redact;
}

/** Once-only keys held at most; past it a message may repeat, which harms less than growing without end. */
const MAX_ONCE_KEYS = 1000;

/** Their letters: 4 MiB where each takes two bytes. Names of events and flags are in them. */
const MAX_ONCE_LETTERS = 2 ** 21;

/** Creates a {@linkcode Reporter}. */
export function createReporter(options: ReporterOptions): Reporter {
  return new ClientReporter(options);
}

type Listener = (argument: never) => unknown;

/** A class, since a client is made of one: as closures it would be a third of a construction. */
class ClientReporter implements Reporter {
  declare readonly redact: Redact;
  readonly #logger: Logger;
  readonly #onError: ReporterOptions["onError"];
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #used = new Set<string>();
  /** The callbacks of the application that run now. */
  readonly #running = new Set<unknown>();
  #letters = 0;
  #isDebugOn: boolean;

  constructor({ logger, onError, debug, redact }: ReporterOptions) {
    this.redact = redact;
    this.#logger = logger;
    this.#onError = onError;
    this.#isDebugOn = debug;
  }

  debug(message: string | (() => string), maxLength?: number): void {
    if (!this.#isDebugOn) return;
    const text = typeof message === "string" ? message : message();
    this.#say("debug", text, undefined, maxLength);
  }

  warn(message: string, onceKey?: string, maxLength?: number): void {
    this.#say("warn", message, onceKey, maxLength);
  }

  error(message: string, onceKey?: string): void {
    this.#say("error", message, onceKey);
  }

  tell(
    error: AnyEdgehogError,
    level?: "debug" | "warn" | "error",
    onceKey?: string,
    message?: string,
  ): void {
    if (level !== "debug" || this.#isDebugOn) {
      this.#say(level ?? "warn", message ?? error.message, onceKey, MAX_TOLD);
    }
    this.#contain(
      this.#onError,
      () => this.#onError?.(error),
      'The callback "onError" failed',
    );
    this.emit("error", () => error);
  }

  emit<Name extends keyof PostHogListeners>(
    name: Name,
    create: () => Parameters<PostHogListeners[Name]>[0],
  ): void {
    for (const listener of [...this.#listeners.get(name) ?? []]) {
      this.#contain(
        listener,
        () => listener(create() as never),
        `A listener of "${name}" failed`,
      );
    }
  }

  drop(event: DroppedEvent): void {
    this.emit("drop", () => event);
  }

  rearm(onceKey: string): void {
    if (this.#used.delete(onceKey)) this.#letters -= onceKey.length;
  }

  setDebug(isOn: boolean): void {
    this.#isDebugOn = isOn;
  }

  on(name: keyof PostHogListeners, listener: Listener): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    if (LISTENED.includes(name)) this.#listeners.set(name, set);
    else {
      const known = LISTENED.join(", ");
      const text = `Cannot listen to '${String(name)}': expected ${known}`;
      this.warn(text, text);
    }
    set.add(listener);
    return () => void set.delete(listener);
  }

  #say(
    level: LogLevel,
    message: string,
    onceKey?: string,
    maxLength?: number,
  ): void {
    const used = this.#used;
    if (onceKey !== undefined) {
      if (used.has(onceKey)) return;
      this.#letters += onceKey.length;
      if (used.size >= MAX_ONCE_KEYS || this.#letters > MAX_ONCE_LETTERS) {
        used.clear();
        this.#letters = onceKey.length;
      }
      used.add(onceKey);
    }
    const text = toLine(this.redact(message), maxLength);
    this.#log(level, text);
    if (level === "warn") this.emit("warning", () => text);
  }

  #log(level: LogLevel, text: string): void {
    this.#contain(this.#logger, () => this.#logger[level](text));
  }

  /**
   * Runs a callback of the application so that neither a throw nor a rejection of it reaches anybody. What it causes itself
   * does not call it again: that might never end.
   */
  #contain(owner: unknown, callback: () => unknown, failure?: string): void {
    if (this.#running.has(owner)) return;
    this.#running.add(owner);
    let hasFailed = false;
    const fail = () => {
      if (failure) this.#log("warn", failure);
    };
    try {
      const result = callback();
      if (isThenable(result)) result.then(undefined, fail);
    } catch {
      hasFailed = true;
    }
    this.#running.delete(owner);
    if (hasFailed) fail();
  }
}
