import { MAX_TIMER_MS } from "../core/clock.ts";
import { ConfigError } from "../core/errors.ts";
import { attempt, describeType, isObject, readList } from "../core/guards.ts";
import { findNearest } from "./nearest.ts";

/** Options that nobody takes are told up to this number: an application may hand over a whole environment. */
const MAX_UNKNOWN = 20;

/**
 * Reads options of unknown type one by one, each once, and collects what is wrong with them. The kernel and each feature
 * read their own; what nobody read, nobody takes.
 *
 * An option is added to the room's options type (`types.ts` for the kernel), and by a line where the room resolves its
 * options, with the method of its kind, its name and its default: `maxBatchSize: read.integer("maxBatchSize", 100)`. Most
 * options are not given, so nothing is made for one before its value is there: neither a closure nor the text that says
 * what it takes.
 */
export class OptionReader {
  /** Options refused. */
  readonly problems: ConfigError[] = [];
  /** What is worth a warning and was not refused. */
  readonly notes: string[] = [];
  /** Keys and tokens, which no message may show. */
  readonly secrets: string[] = [];
  /** By what other SDKs call an option, in plain letters, the option. */
  readonly otherNames: Record<string, string> = {
    apihost: "host",
    timeout: "requestTimeout",
  };
  /** What the application passed. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Names asked for. A list, since a set of so many would be a good part of a construction. */
  readonly #known: string[] = [];
  /** Those of them that were given. */
  readonly #taken: string[] = [];

  /** @param given What the application passed. */
  constructor(given: unknown) {
    this.given = isObject(given) ? given : {};
  }

  /** Notes a problem. */
  refuse(option: string, reason: string): undefined {
    const message = `Cannot use option '${option}': ${reason}`;
    // Any other has a default that does no harm.
    const full = option === "host" ? `${message}; nothing is sent` : message;
    this.problems.push(new ConfigError(full, option));
  }

  /** The names of the options given that nobody has asked for until now. */
  listOthers(): string[] {
    // Whatever refuses to list its members has had each of them read by name.
    const names = attempt(() => Object.keys(this.given)) ?? [];
    return names.filter((name) =>
      !this.#taken.includes(name) && this.has(name)
    );
  }

  /** What the application gave for an option, unchecked; undefined where that can't be read. */
  peek(option: string): unknown {
    return attempt(() => this.given[option]);
  }

  /** Whether the application gave the option a value. */
  has(option: string): boolean {
    return (this.peek(option) ?? null) !== null;
  }

  /** A number from `min` to `max`, or the fallback; it is finite unless `max` says otherwise. */
  number(
    option: string,
    fallback: number,
    min: number,
    max: number = Number.MAX_VALUE,
  ): number {
    const value = this.#read<number>(option) ?? fallback;
    if (typeof value === "number" && value >= min && value <= max) return value;
    // Nothing else ends where a timer does.
    const unit = max === MAX_TIMER_MS ? " of milliseconds" : "";
    const range = max < Number.MAX_VALUE
      ? `from ${min} to ${max}`
      : `of at least ${min}`;
    const expected = `a number${unit} ${range}`;
    return this.#refuseValue(option, expected, value) ?? fallback;
  }

  /** An integer of at least `min`, or the fallback. */
  integer(option: string, fallback: number, min: number = 1): number {
    const value = this.#read<number>(option) ?? fallback;
    if (Number.isInteger(value) && value >= min) return value;
    const expected = `an integer of at least ${min}`;
    return this.#refuseValue(option, expected, value) ?? fallback;
  }

  /** A boolean, or undefined. */
  boolean(option: string): boolean | undefined {
    return this.#ofType(option, "boolean");
  }

  /** A text, trimmed; undefined when absent or blank. */
  text(option: string): string | undefined {
    return this.#ofType<string>(option, "string")?.trim().toWellFormed() ||
      undefined;
  }

  /** A function, or undefined. */
  callback<T>(option: string): T | undefined {
    return this.#ofType(option, "function");
  }

  /** One of the choices, or undefined. */
  choice<T extends string>(
    option: string,
    choices: readonly T[],
  ): T | undefined {
    const value = this.#read<T>(option);
    if (value === undefined || choices.includes(value)) return value;
    const expected = choices.map((choice) => `'${choice}'`).join(" or ");
    return this.#refuseValue(option, expected, value);
  }

  /** An object with the named methods, or undefined. */
  withMethods<T>(option: string, methods: readonly string[]): T | undefined {
    const value = this.#read(option);
    if (value === undefined) return undefined;
    const expected = `an object with ${methods.join(", ")}`;
    return this.#check(option, expected, value, () =>
      isObject(value) &&
        methods.every((method) => typeof value[method] === "function")
        ? value as T
        : undefined);
  }

  /** A list whose items pass the test (others are refused together with it), or undefined. `toItems` says what is a list. */
  list<T>(
    option: string,
    expected: string,
    isItem: (item: unknown) => boolean,
    toItems: (value: unknown) => unknown[] | undefined = copyList,
  ): readonly T[] | undefined {
    const value = this.#read(option);
    if (value === undefined) return undefined;
    return this.#check(option, expected, value, () => {
      // Each item is seen once: a list of the caller's own making may change.
      const items = toItems(value);
      return items?.every(isItem) ? items as T[] : undefined;
    });
  }

  /** Refuses each option given that nobody has asked for, and names the nearest that somebody did. */
  refuseOthers(): void {
    for (const option of this.listOthers().slice(0, MAX_UNKNOWN)) {
      const near = findNearest(option, [
        ...this.#known,
        ...Object.keys(this.otherNames),
      ]);
      const hint = near
        ? `; did you mean '${this.otherNames[near] ?? near}'?`
        : "";
      this.refuse(option, `no feature of this client takes it${hint}`);
    }
  }

  #ofType<T>(option: string, type: string): T | undefined {
    const value = this.#read<T>(option);
    return value === undefined || typeof value === type
      ? value
      : this.#refuseValue(option, `a ${type}`, value);
  }

  /** What a check makes of a value that may refuse to be looked at; undefined: it is not taken. */
  #check<T>(
    option: string,
    expected: string,
    value: unknown,
    check: () => T | undefined,
  ): T | undefined {
    try {
      return check() ?? this.#refuseValue(option, expected, value);
    } catch {
      return this.refuse(option, "reading it failed");
    }
  }

  /** What the application gave, to be checked, whatever type its caller names; undefined where that is nothing. */
  #read<T>(option: string): T | undefined {
    this.#known.push(option);
    try {
      const value = this.given[option] ?? undefined;
      if (value !== undefined) this.#taken.push(option);
      return value as T | undefined;
    } catch {
      return this.refuse(option, "reading it failed");
    }
  }

  #refuseValue(option: string, expected: string, value: unknown): undefined {
    // Where a number is expected, one is no secret.
    const got = typeof value === "number" && /number|integer/.test(expected)
      ? value
      : describeType(value);
    return this.refuse(option, `expected ${expected}, got ${got}`);
  }
}

/** A copy of a list; undefined for anything else, and for one that is too long or can't be read. */
export function copyList(value: unknown): unknown[] | undefined {
  const items = readList(value);
  return items?.length === Object(value).length ? items : undefined;
}
