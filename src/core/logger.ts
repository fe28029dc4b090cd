/**
 * Where messages go: four methods, each taking one text. It is one line, control characters escaped; what it names
 * from outside has at most 200 characters.
 */
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

/** The longest line that names what came from outside, in letters. */
export const MAX_LINE = 200;

/** The longest message that says what to do, in letters: our own words, the host, and a cause that is a line itself. */
export const MAX_TOLD = 500;

/**
 * A text as one line: what breaks lines or commands a terminal is escaped, and the middle of a longer one left out. Its
 * end stays, where mostly our own words stand.
 */
export function toLine(text: string, maxLength: number = MAX_LINE): string {
  const cut = (whole: string) =>
    whole.length > maxLength
      ? `${whole.slice(0, maxLength / 2 - 1)}…${whole.slice(-maxLength / 2)}`
      : whole;
  const line = cut(text).replace(
    /[\p{Cc}\p{Zl}\p{Zp}]/gu,
    (letter) => `\\u${(65536 + letter.charCodeAt(0)).toString(16).slice(1)}`,
  );
  return cut(line).toWellFormed();
}

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
