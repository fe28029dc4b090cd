import { isRecord } from "../core/guards.ts";
import type { JsonValue } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import type { HeldProperties } from "./input.ts";
import { toPropertyMap } from "./wire.ts";

/** Properties that later evaluations of a client or a scope go by; they change nothing else. */
export interface FlagPropertyMethods {
  /**
   * Adds person properties that later evaluations through this client or scope use: above those of the client, below
   * those of a call. Copied; a later value of a name wins. No request, no event.
   *
   * @param reload For parity with other SDKs; nothing is ever reloaded.
   *
   * @example What one request knows about its visitor
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const condition = { properties: [{ key: "plan", type: "person", operator: "exact", value: "pro" }] };
   * const beta = { key: "beta", active: true, filters: { groups: [condition] } };
   * const { posthog } = createTestClient({ flags: { flags: [beta] } });
   * const hog = posthog.forRequest(undefined, undefined, { distinctId: "user-1" });
   * hog.setPersonPropertiesForFlags({ plan: "pro" });
   *
   * assertEquals((await hog.evaluateFlags()).isEnabled("beta"), true);
   * assertEquals((await hog.evaluateFlags({ personProperties: { plan: "free" } })).isEnabled("beta"), false);
   * ```
   */
  setPersonPropertiesForFlags(
    properties: Readonly<Record<string, unknown>>,
    reload?: boolean,
  ): void;
  /** Forgets the person properties set through this client or scope. */
  resetPersonPropertiesForFlags(): void;
  /**
   * Adds group properties, by group type, that later evaluations through this client or scope use for groups of that
   * type. As for person properties: copied, below those of a call, no request, no event.
   *
   * @param reload For parity with other SDKs; nothing is ever reloaded.
   */
  setGroupPropertiesForFlags(
    properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    reload?: boolean,
  ): void;
  /** Forgets the group properties set through this client or scope: of one group type, or of all. */
  resetGroupPropertiesForFlags(groupType?: string): void;
}

/** Names held for the person, and for each group type; also the group types held. */
const MAX_NAMES = 1000;

/** The properties that were set through a client, or through a scope. */
export interface PropertyOverrides extends HeldProperties {
  readonly person: Map<string, JsonValue>;
  readonly groups: Map<string, Map<string, JsonValue>>;
}

/** Adds person properties, or the groups' maps of them, to those held. */
export function holdAll<T>(
  held: Map<string, T>,
  given: ReadonlyMap<string, T>,
  reporter: Reporter,
): void {
  if (given.size === 0) {
    reporter.debug("No properties for flags were given: nothing is changed");
  }
  for (const [name, value] of given) {
    if (held.has(name) || held.size < MAX_NAMES) held.set(name, value);
    else {
      reporter.warn(
        `Cannot hold more than ${MAX_NAMES} properties for flags`,
        "flags:properties:bound",
      );
    }
  }
}

/** Adds group properties by group type. */
export function holdGroups(
  { groups }: PropertyOverrides,
  given: unknown,
  reporter: Reporter,
): void {
  const types = isRecord(given) ? Object.entries(given) : [];
  const added = types.map(([type, properties]) => {
    const own = groups.get(type) ?? new Map<string, JsonValue>();
    holdAll(own, toPropertyMap(properties), reporter);
    return [type, own] as const;
  });
  holdAll(groups, new Map(added), reporter);
}
