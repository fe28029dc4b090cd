import { describeType, isObject } from "../core/guards.ts";
import type { NumberRule } from "./defaults.ts";

/** An option that can't be used as given; never holds the value. */
export interface OptionProblem {
  /** The option's name. */
  readonly option: string;
  /** The whole message. */
  readonly message: string;
}

/** Reads options of unknown type one by one and collects what is wrong with them. */
export interface OptionReader {
  /** The problems found so far. */
  readonly problems: OptionProblem[];
  /** Notes a problem. */
  refuse(option: string, reason: string): undefined;
  /** A number within its rule, or the rule's default. */
  number(option: string, rule: NumberRule): number;
  /** A boolean, or undefined. */
  boolean(option: string): boolean | undefined;
  /** A text, trimmed; undefined when absent or blank. */
  text(option: string): string | undefined;
  /** One of the choices, or undefined. */
  choice<T extends string>(
    option: string,
    choices: readonly T[],
  ): T | undefined;
  /** A function, or undefined. */
  callback<T>(option: string): T | undefined;
  /** An object with the named methods, or undefined. */
  withMethods<T>(option: string, methods: readonly string[]): T | undefined;
  /** A list whose items pass the test (others are refused together with it), or undefined. */
  list<T>(
    option: string,
    expected: string,
    isItem: (item: unknown) => boolean,
  ): readonly T[] | undefined;
  /** The same, where a single item counts as a list of one. */
  oneOrMany<T>(
    option: string,
    expected: string,
    isItem: (item: unknown) => boolean,
  ): readonly T[] | undefined;
}

/** Creates an {@linkcode OptionReader} over what the caller passed. */
export function createOptionReader(options: unknown): OptionReader {
  const problems: OptionProblem[] = [];
  const refuse = (option: string, reason: string): undefined => {
    problems.push({
      option,
      message: `Cannot use option '${option}': ${reason}`,
    });
  };
  const read = (option: string): unknown => {
    try {
      return isObject(options) ? options[option] ?? undefined : undefined;
    } catch {
      return refuse(option, "reading it failed");
    }
  };
  // A type parameter stands for what the check has just established; the caller names it.
  const checked = <T>(
    option: string,
    expected: string,
    isValid: (value: unknown) => boolean,
  ): T | undefined => {
    const value = read(option);
    try {
      if (value === undefined || isValid(value)) return value as T | undefined;
    } catch {
      return refuse(option, "reading it failed");
    }
    return refuse(option, `expected ${expected}, got ${describeType(value)}`);
  };
  /** A copy of a list, in which each item was seen once: a list of the caller's own making may change. */
  const items = <T>(
    option: string,
    expected: string,
    isItem: (item: unknown) => boolean,
    toItems: (value: unknown) => unknown[] | undefined,
  ): readonly T[] | undefined => {
    let copy: unknown[] | undefined;
    checked(option, expected, (value) => {
      const found = toItems(value);
      const isValid = found !== undefined && found.every(isItem);
      if (isValid) copy = found;
      return isValid;
    });
    return copy as readonly T[] | undefined;
  };
  return {
    problems,
    refuse,
    number(option, rule) {
      const value = checked<number>(
        option,
        describeRule(rule),
        (candidate) =>
          typeof candidate === "number" && candidate >= rule.min &&
          candidate <= (rule.max ?? Infinity) &&
          Number.isFinite(candidate) &&
          (!rule.isInteger || Number.isInteger(candidate)),
      );
      return value ?? rule.default;
    },
    boolean: (option) =>
      checked(option, "a boolean", (value) => typeof value === "boolean"),
    text(option) {
      const value = checked<string>(
        option,
        "a string",
        (candidate) => typeof candidate === "string",
      );
      return value?.trim().toWellFormed() || undefined;
    },
    choice: (option, choices) =>
      checked(
        option,
        choices.map((choice) => `'${choice}'`).join(" or "),
        (value) => choices.some((choice) => choice === value),
      ),
    callback: (option) =>
      checked(option, "a function", (value) => typeof value === "function"),
    withMethods: (option, methods) =>
      checked(
        option,
        `an object with ${methods.join(", ")}`,
        (value) =>
          isObject(value) &&
          methods.every((method) => typeof value[method] === "function"),
      ),
    list: (option, expected, isItem) =>
      items(
        option,
        expected,
        isItem,
        (value) => Array.isArray(value) ? [...value] : undefined,
      ),
    oneOrMany: (option, expected, isItem) =>
      items(
        option,
        expected,
        isItem,
        (value) => Array.isArray(value) ? [...value] : [value],
      ),
  };
}

function describeRule({ min, max, isInteger }: NumberRule): string {
  const kind = isInteger ? "an integer" : "a number";
  return max === undefined
    ? `${kind} of at least ${min}`
    : `${kind} from ${min} to ${max}`;
}
