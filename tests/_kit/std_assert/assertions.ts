import { equal } from "./equal.ts";
import { AssertionError } from "./error.ts";
import { diff, format } from "./format.ts";

// deno-lint-ignore no-explicit-any -- a class of any constructor, as the real package takes it
type Class<T> = abstract new (...args: any[]) => T;

function check(
  condition: boolean,
  message: string,
  msg?: string,
): asserts condition {
  if (!condition) failWith(message, msg);
}

function failWith(message: string, msg?: string): never {
  throw new AssertionError(msg ? `${message}: ${msg}` : message);
}

/** Fails unless `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Fails unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  failWith(
    `Values are not equal${msg ? `: ${msg}` : "."}\n\n${
      diff(actual, expected)
    }\n`,
  );
}

/** Fails if both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  check(
    !equal(actual, expected),
    `Expected actual: ${format(actual)} not to be: ${format(expected)}`,
    msg,
  );
}

/** Fails unless both are the same value, as `Object.is` has it. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const what = equal(actual, expected)
    ? "Values have the same structure but are not reference-equal"
    : "Values are not strictly equal";
  failWith(`${what}${msg ? `: ${msg}` : "."}\n\n${diff(actual, expected)}\n`);
}

/** Fails unless `actual` is an instance of `expectedType`. */
export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: Class<T>,
  msg?: string,
): asserts actual is T {
  if (actual instanceof expectedType) return;
  failWith(
    `Expected object to be an instance of "${expectedType.name}" but was ${
      format(actual)
    }`,
    msg,
  );
}

/** Fails unless `actual` matches `expected`. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  check(
    expected.test(actual),
    `Expected actual: "${actual}" to match: "${expected}"`,
    msg,
  );
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  check(
    actual.includes(expected),
    `Expected actual: "${actual}" to contain: "${expected}"`,
    msg,
  );
}

/** Fails unless both numbers are within `tolerance`, by default a ten-millionth of `expected`. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ??
    (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  check(
    Math.abs(expected - actual) <= allowed,
    `Expected actual: "${actual}" to be close to "${expected}"`,
    msg,
  );
}

/** Fails unless `error` is an error of that class whose message contains or matches `msgMatches`. */
function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: Class<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    return failWith(`Expected "error" to be an Error object`, msg);
  }
  if (ErrorClass !== undefined && !(error instanceof ErrorClass)) {
    failWith(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.name}"`,
      msg,
    );
  }
  const found = typeof msgMatches === "string"
    ? error.message.includes(msgMatches)
    : msgMatches?.test(error.message);
  check(
    found !== false,
    `Expected error message to include ${msgMatches}, but got ${
      format(error.message)
    }`,
    msg,
  );
}

/** Fails unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws an error of that class whose message contains `msgIncludes`; returns the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: Class<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  let thrown: unknown;
  try {
    fn();
  } catch (error) {
    thrown = { error };
  }
  return checkThrown(thrown, "Expected function to throw", {
    classOrMsg,
    msgIncludes,
    msg,
  });
}

/** Fails unless the promise that `fn` gives rejects; resolves to what it rejected with. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Fails unless that promise rejects with an error of that class whose message contains `msgIncludes`. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: Class<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: Class<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    throw new AssertionError("Function throws when expected to reject");
  }
  check(
    typeof promise?.then === "function",
    "Function throws when expected to reject",
  );
  let thrown: unknown;
  try {
    await promise;
  } catch (error) {
    thrown = { error };
  }
  return checkThrown(thrown, "Expected function to reject", {
    classOrMsg,
    msgIncludes,
    msg,
  });
}

interface Expected {
  readonly classOrMsg: Class<Error> | string | undefined;
  readonly msgIncludes: string | undefined;
  readonly msg: string | undefined;
}

function checkThrown(
  thrown: unknown,
  message: string,
  expected: Expected,
): unknown {
  const { classOrMsg, msgIncludes } = expected;
  const msg = typeof classOrMsg === "string" ? classOrMsg : expected.msg;
  if (typeof thrown !== "object" || thrown === null || !("error" in thrown)) {
    return failWith(message, msg);
  }
  if (typeof classOrMsg === "function") {
    assertIsError(thrown.error, classOrMsg, msgIncludes, msg);
  }
  return thrown.error;
}
