import type { Reporter } from "./reporter.ts";
import { attempt } from "./guards.ts";

/** By plain letters: members of messages and of options of calls that other SDKs spell otherwise. */
const MEANT: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  "distinctId personProperties groupProperties flagKeys sendFeatureFlags sendFeatureFlagEvents onlyEvaluateLocally disableGeoip deviceId sessionId groupType groupKey"
    .split(" ").map((name) => [name.toLowerCase(), name]),
);

/** A name in the letters that all spellings of it share. */
export function toPlain(name: string): string {
  return name.replace(/[_-]/g, "").toLowerCase();
}

/**
 * Tells of members under another SDK's names, once a client for each: their values are not used. Members of `$` and
 * inherited ones are data.
 *
 * @returns The other names.
 */
export function warnOfForeignNames(
  reporter: Reporter,
  given: object,
): string[] {
  // Whatever refuses to list its members has had each of them read by name.
  return (attempt(() => Object.keys(given)) ?? []).filter((name) => {
    const meant = MEANT.get(toPlain(name)) ?? name;
    if (meant === name) return true;
    reporter.warn(`Cannot use '${name}': it is '${meant}' here`, name);
    return false;
  });
}
