import type { Logger, LogLevel } from "../core/logger.ts";

/** A message that was logged. */
export interface LogEntry {
  /** How serious it is. */
  readonly level: LogLevel;
  /** What it says. */
  readonly message: string;
}

/** A logger that prints nothing and remembers everything. */
export interface RecordingLogger extends Logger {
  /** The messages, oldest first. */
  readonly entries: readonly LogEntry[];
}

/**
 * Creates a {@linkcode RecordingLogger}.
 *
 * @example
 * ```ts
 * import { createRecordingLogger } from "edgehog/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const logger = createRecordingLogger();
 * logger.warn("Low on ink");
 * assertEquals(logger.entries, [{ level: "warn", message: "Low on ink" }]);
 * ```
 */
export function createRecordingLogger(): RecordingLogger {
  const entries: LogEntry[] = [];
  const record = (level: LogLevel) => (message: string) =>
    void entries.push({ level, message });
  return {
    entries,
    debug: record("debug"),
    info: record("info"),
    warn: record("warn"),
    error: record("error"),
  };
}
