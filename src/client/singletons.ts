import { findShared } from "../core/runtime.ts";
import type { Reporter } from "../core/reporter.ts";
import type { ResolvedOptions } from "../options/resolve.ts";

/** How many live clients one project has in this isolate; without end once that was said. */
interface Entry {
  live: number;
}

/** Projects remembered; past it all are forgotten, and may be warned about again. */
const MAX_ENTRIES = 1000;

/**
 * Counts a client as live and warns at the second one for a project and host, once for the isolate's life. Clients
 * that send nothing, or that are told not to warn, are left out of the count.
 *
 * @returns Takes the client out of the count; to be called once.
 */
export function registerClient(
  options: ResolvedOptions,
  reporter: Reporter,
): () => void {
  const { apiKey, host, disabled, testMode, disableSingletonWarning } = options;
  if (disabled || testMode || disableSingletonWarning) return () => {};
  // Of the isolate: several clients for one project can't know of each other in any other way.
  const entries = findShared("clients", () => new Map<string, Entry>());
  const key = `${apiKey} ${host}`;
  const entry = entries.get(key) ?? { live: 0 };
  if (entries.size >= MAX_ENTRIES) entries.clear();
  entries.set(key, entry);
  if (++entry.live === 2) {
    entry.live = Infinity;
    reporter.warn(
      "Another client for this project is live in this isolate: share one, or set 'disableSingletonWarning'",
    );
  }
  return () => void entry.live--;
}
