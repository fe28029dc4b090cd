import type { ContractResult } from "../contract/_runner.ts";

/** Which of the package's two builds. */
export type ModuleFormat = "esm" | "cjs";

/** What a run of the suite in another process leaves behind, as JSON. */
export interface SuiteRun {
  /** The runtime's, as it says itself. */
  readonly version: string;
  readonly results: readonly ContractResult[];
}
