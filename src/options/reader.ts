import { MAX_TIMER_MS } from "../core/clock.ts";
import { ConfigError } from "../core/errors.ts";
import { attempt, describeType, isObject, readList } from "../core/guards.ts";
import { toPlain } from "../core/foreign_names.ts";
import { findNearest } from "./nearest.ts";

/** Options that nobody takes are told up to this number: an application may hand over a whole environment. */
const MAX_UNKNOWN = 20;

/**
 * Reads options of unknown type one by one, each once, and collects what is wrong with them. The kernel and each feature
 * read their own; what nobody read, nobody takes.
 */
export class OptionReader {
  /** Options refused. */
  readonly problems: ConfigError[] = [];
  /** What is worth a warning and was not refused. */
  readonly notes: string[] = [];
  /** Keys and tokens, which no message may show. */
  readonly secrets: string[] = [];
  /** What other SDKs call an option, in plain letters, and the option. */
  readonly otherNames: [plain: string, option: string][] = [
    ["apihost", "host"],
    ["timeout", "requestTimeout"],
  ];
  readonly #given: unknown;
  readonly #olderNames: Readonly<Record<string, string>>;
  readonly #known = new Set<string>();

  /**
   * @param given What the application passed.
   * @param olderNames By option another name for it, which counts where the option itself can't be used.
   */
  constructor(given: unknown, olderNames: Readonly<Record<string, string>>) {
    this.#given = given;
    this.#olderNames = olderNames;
  }

  /** Notes a problem. */
  refuse(option: string, reason: string): undefined {
    const message = `Cannot use option '${option}': ${reason}`;
    // Any other has a default that does no harm.
    const full = option === "host" ? `${message}; nothing is sent` : message;
    this.problems.push(new ConfigError(full, option));
  }

  /** The names that the application gave a member. */
  names(): string[] {
    return attempt(() => Object.keys(Object(this.#given))) ?? [];
  }

  /** Whether the application gave the option a value. */
  has(option: string): boolean {
    const value = attempt(() => Object(this.#given)[option]);
    return value !== undefined && value !== null;
  }

  /** A number from `min` to `max`, or the fallback; it is finite unless `max` says otherwise. */
  number(
    option: string,
    fallback: number,
    min: number,
    max: number = Number.MAX_VALUE,
  ): number {
    // Nothing else ends where a timer does.
    const unit = max === MAX_TIMER_MS ? " of milliseconds" : "";
    const range = max < Number.MAX_VALUE
      ? `from ${min} to ${max}`
      : `of at least ${min}`;
    const isValid = (value: unknown) =>
      typeof value === "number" && value >= min && value <= max;
    const expected = `a number${unit} ${range}`;
    return this.#checked(option, expected, isValid, describeNumber) ?? fallback;
  }

  /** An integer of at least `min`, or the fallback. */
  integer(option: string, fallback: number, min: number = 1): number {
    const isValid = (value: unknown) =>
      Number.isInteger(value) && Number(value) >= min;
    const expected = `an integer of at least ${min}`;
    return this.#checked(option, expected, isValid, describeNumber) ?? fallback;
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
    const expected = choices.map((choice) => `'${choice}'`).join(" or ");
    return this.#checked(
      option,
      expected,
      (value) => choices.includes(value as T),
    );
  }

  /** An object with the named methods, or undefined. */
  withMethods<T>(option: string, methods: readonly string[]): T | undefined {
    return this.#checked(
      option,
      `an object with ${methods.join(", ")}`,
      (value) =>
        isObject(value) &&
        methods.every((method) => typeof value[method] === "function"),
    );
  }

  /** A list whose items pass the test (others are refused together with it), or undefined. `toItems` says what is a list. */
  list<T>(
    option: string,
    expected: string,
    isItem: (item: unknown) => boolean,
    toItems: (value: unknown) => unknown[] | undefined = copyList,
  ): readonly T[] | undefined {
    // Each item is seen once: a list of the caller's own making may change.
    let items: unknown[] | undefined;
    const isValid = (value: unknown) =>
      (items = toItems(value))?.every(isItem) === true;
    return this.#checked<unknown>(option, expected, isValid) === undefined
      ? undefined
      : items as T[];
  }

  /** Refuses each option given that nobody has asked for, and names the nearest that somebody did. */
  refuseOthers(): void {
    const given = isObject(this.#given) ? this.#given : {};
    // Whatever refuses to list its members has had each of them read by name.
    let count = 0;
    for (const [option, value] of attempt(() => Object.entries(given)) ?? []) {
      const isGiven = value !== undefined && value !== null;
      if (!isGiven || this.#known.has(option)) continue;
      if (++count > MAX_UNKNOWN) return;
      const near = findNearest(option, [
        ...[...this.#known].map((name) => [toPlain(name), name] as const),
        ...this.otherNames,
      ]);
      const hint = near ? `; did you mean '${near}'?` : "";
      this.refuse(option, `no feature of this client takes it${hint}`);
    }
  }

  #ofType<T>(option: string, type: string): T | undefined {
    const isValid = (value: unknown) => describeType(value) === type;
    return this.#checked(option, `a ${type}`, isValid);
  }

  /** A type parameter stands for what the check has just established; the caller names it. */
  #checked<T>(
    option: string,
    expected: string,
    isValid: (value: unknown) => boolean,
    describe: (value: unknown) => unknown = describeType,
  ): T | undefined {
    this.#known.add(option);
    const given = Object(this.#given) as Record<string, unknown>;
    const older = this.#olderNames[option];
    if (older) this.#known.add(older);
    try {
      const value = given[option];
      if (value !== undefined && value !== null) {
        if (isValid(value)) return value as T;
        this.refuse(option, `expected ${expected}, got ${describe(value)}`);
      }
    } catch {
      this.refuse(option, "reading it failed");
    }
    return older
      ? this.#checked(older, expected, isValid, describe)
      : undefined;
  }
}

/** A number itself: where one is expected it is no secret. */
function describeNumber(value: unknown): unknown {
  return typeof value === "number" ? value : describeType(value);
}

/** A copy of a list; undefined for anything else, and for one that is too long or can't be read. */
export function copyList(value: unknown): unknown[] | undefined {
  const items = readList(value);
  return items?.length === Object(value).length ? items : undefined;
}
