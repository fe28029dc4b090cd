/** What the clock of the process has been moved by, in ms: one for all of Next's bundles. */
const shared = globalThis as { clockOffsetMs?: number };

export function now(): number {
  return Date.now() + (shared.clockOffsetMs ?? 0);
}

export function advance(ms: number): void {
  shared.clockOffsetMs = (shared.clockOffsetMs ?? 0) + ms;
}
