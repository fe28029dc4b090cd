import type { JsonLoss } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";

/** Warns of properties that JSON could not take as they were: once for each event name and kind of loss. */
export function warnOfLosses(
  reporter: Reporter,
  event: string,
  losses: Iterable<JsonLoss>,
): void {
  for (const loss of losses) {
    reporter.warn(
      `Cannot send every property of '${event}' as it is: ${loss} was replaced by text`,
      `loss:${loss}:${event}`,
    );
  }
}
