import { describeType, isRecord } from "../core/guards.ts";

/** Tells a test that it passed something else than is expected: of which type, and never its value. */
export function expectThat(
  isSo: boolean,
  message: string,
  given: unknown,
): void {
  if (!isSo) throw new TypeError(`${message}, got ${describeType(given)}`);
}

/** The same of the options of a function. */
export function expectOptions(name: string, given: unknown): void {
  expectThat(isRecord(given), `Cannot use '${name}': expected options`, given);
}
