/** Where messages go: four methods, each taking one text. */
export interface Logger {
  /** Detail for debugging; silent unless `debug` is on. */
  debug(message: string): void;
  /** Noteworthy events; silent unless `debug` is on. */
  info(message: string): void;
  /** Something is off, and the client went on. */
  warn(message: string): void;
  /** Something was lost or refused. */
  error(message: string): void;
}

/** The level of a message. */
export type LogLevel = keyof Logger;

/** The default logger: the console, with a prefix. */
export const consoleLogger: Logger = {
  // deno-lint-ignore no-console -- the one place that speaks to the console
  debug: (message: string) => console.debug(`[edgehog] ${message}`),
  // deno-lint-ignore no-console -- as above
  info: (message: string) => console.info(`[edgehog] ${message}`),
  // deno-lint-ignore no-console -- as above
  warn: (message: string) => console.warn(`[edgehog] ${message}`),
  // deno-lint-ignore no-console -- as above
  error: (message: string) => console.error(`[edgehog] ${message}`),
};

/** Prints a warning that has a prefix of its own. */
export function warnOnConsole(message: string): void {
  // deno-lint-ignore no-console -- as above
  console.warn(message);
}

/** Replaces secrets in texts that leave the library. */
export type Redact = (text: string) => string;

/** Creates a {@linkcode Redact} for secrets that are not blank, those that are added later too: plain and URL-encoded. */
export function createRedact(secrets: readonly string[]): Redact {
  return (text) =>
    secrets.flatMap((secret) => [secret, encodeURIComponent(secret)])
      .reduce(
        (result, needle) => result.replaceAll(needle, "[redacted]"),
        text,
      );
}
