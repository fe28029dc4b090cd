/** Property values and ids that hold this text must never be logged nor stand in an error. */
export const CANARY = "canary-value";

/** Project tokens, personal API keys and project secret keys; not the `phc_…` of a message about them. */
const KEY = /ph[cxs]_\w+/;

const found: string[] = [];

/** Looks through what left the library; what should not have is kept until somebody takes it. */
export function watch(where: string, text: string): void {
  if (KEY.test(text) || text.includes(CANARY)) found.push(`${where}: ${text}`);
}

/** Everything that an error shows: its message, its fields and the errors behind it. */
export function describeError(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { message, stack, cause, ...fields } = error as Record<string, unknown>;
  const behind = cause === undefined ? "" : ` <- ${describeError(cause)}`;
  return `${message} ${stack} ${JSON.stringify(fields)}${behind}`;
}

/** What was found since the last call. */
export function takeLeaks(): string[] {
  return found.splice(0);
}
