import { ConfigError } from "../core/errors.ts";
import { attempt, describeType, isObject } from "../core/guards.ts";

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
    this.problems.push(new ConfigError(message, option));
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
    const range = max < Number.MAX_VALUE
      ? `from ${min} to ${max}`
      : `of at least ${min}`;
    const isValid = (value: unknown) =>
      typeof value === "number" && value >= min && value <= max;
    return this.#checked(option, `a number ${range}`, isValid) ?? fallback;
  }

  /** An integer of at least `min`, or the fallback. */
  integer(option: string, fallback: number, min: number = 1): number {
    const isValid = (value: unknown) =>
      Number.isInteger(value) && Number(value) >= min;
    return this.#checked(option, `an integer of at least ${min}`, isValid) ??
      fallback;
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
    const toPlain = (name: string) => name.replaceAll("_", "").toLowerCase();
    const given = isObject(this.#given) ? this.#given : {};
    // Whatever refuses to list its members has had each of them read by name.
    for (const [option, value] of attempt(() => Object.entries(given)) ?? []) {
      const isGiven = value !== undefined && value !== null;
      if (!isGiven || this.#known.has(option)) continue;
      const near = [...this.#known].find((name) =>
        toPlain(name) === toPlain(option)
      );
      const hint = near ? `; did you mean '${near}'?` : "";
      this.refuse(option, `nothing in this client takes it${hint}`);
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
  ): T | undefined {
    this.#known.add(option);
    const given = Object(this.#given) as Record<string, unknown>;
    const older = this.#olderNames[option];
    if (older) this.#known.add(older);
    try {
      const value = given[option];
      if (value !== undefined && value !== null) {
        if (isValid(value)) return value as T;
        this.refuse(option, `expected ${expected}, got ${describeType(value)}`);
      }
    } catch {
      this.refuse(option, "reading it failed");
    }
    return older ? this.#checked(older, expected, isValid) : undefined;
  }
}

/** A copy of a list; undefined for anything else. */
export function copyList(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? [...value] : undefined;
}
