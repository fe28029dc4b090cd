import type { ContractResult } from "../contract/_runner.ts";

/**
 * Prints each failed test with its error and, last, `N passed, N failed`.
 *
 * @returns The exit status: not 0 when a test failed or none ran.
 */
export function report(
  results: readonly ContractResult[],
  print: (line: string) => void,
): number {
  const failed = results.filter((result) => result.error !== undefined);
  for (const { name, error } of failed) print(`FAILED ${name}\n${error}\n`);
  print(`${results.length - failed.length} passed, ${failed.length} failed`);
  return failed.length > 0 || results.length === 0 ? 1 : 0;
}
