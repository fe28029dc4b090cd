import type { ContractRunner } from "./_runner.ts";

/**
 * The runner for tests that make a stream of their own, or an emulator that does. Workers of dates before 2022-11-30
 * refuse to make one, and have those of the platform alone: there such a test is left out.
 */
export function withStreams(t: ContractRunner): ContractRunner {
  try {
    new ReadableStream({ start() {} });
    return t;
  } catch {
    return { test() {} };
  }
}
