import { getOwn, isRecord, setOwn } from "../core/guards.ts";
import type { JsonValue } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";
import {
  toObject,
  toPropertyMap,
} from "../local_evaluation/evaluation/wire.ts";

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

/** Raw properties of one call. */
export interface CallProperties {
  /** Person properties. */
  readonly personProperties: unknown;
  /** Group type to group properties. */
  readonly groupProperties: unknown;
}

/** The properties of a client or a scope, under those of its calls. */
export interface PropertyOverrides {
  /** What the application calls. */
  readonly methods: FlagPropertyMethods;
  /** The call's properties over these; the call's own, raw, where there are none to lay under them. */
  merge(call: CallProperties): CallProperties;
}

type Properties = Map<string, JsonValue>;

/** Names held for the person, and for each group type; also the group types held. */
const MAX_NAMES = 1000;

const BOUND_KEY = "flags:properties:bound";

/** Creates the {@linkcode PropertyOverrides} of a client, or of a scope over its client's. */
export function createPropertyOverrides(
  reporter: Reporter,
  client?: PropertyOverrides,
): PropertyOverrides {
  const person: Properties = new Map();
  const groups = new Map<string, Properties>();

  const put = <T>(target: Map<string, T>, name: string, value: T) => {
    if (target.has(name) || target.size < MAX_NAMES) target.set(name, value);
    else {
      reporter.warn(
        `Cannot hold more than ${MAX_NAMES} properties for flags`,
        BOUND_KEY,
      );
    }
  };
  const readEntries = <T>(entries: readonly T[]): readonly T[] => {
    if (entries.length === 0) {
      reporter.debug("No properties for flags were given: nothing is changed");
    }
    return entries;
  };
  const add = (target: Properties, given: unknown) => {
    for (const [name, value] of readEntries([...toPropertyMap(given)])) {
      put(target, name, value);
    }
  };

  return {
    methods: {
      setPersonPropertiesForFlags: (properties) => add(person, properties),
      resetPersonPropertiesForFlags: () => person.clear(),
      setGroupPropertiesForFlags(properties) {
        const types = isRecord(properties) ? Object.entries(properties) : [];
        for (const [type, given] of readEntries(types)) {
          const own: Properties = groups.get(type) ?? new Map();
          add(own, given);
          if (own.size > 0) put(groups, type, own);
        }
      },
      resetGroupPropertiesForFlags(type) {
        if (type === undefined) groups.clear();
        else groups.delete(type);
      },
    },
    merge({ personProperties, groupProperties }) {
      const own: CallProperties = {
        personProperties: lay(personProperties, person),
        groupProperties: layGroups(groupProperties, groups),
      };
      return client ? client.merge(own) : own;
    },
  };
}

/** Lays properties over others. Where there are no others they stay raw, and are read once, by the evaluation. */
function lay(over: unknown, under: Properties | undefined): unknown {
  return under === undefined || under.size === 0
    ? over
    : toObject(new Map([...under, ...toPropertyMap(over)]));
}

function layGroups(
  over: unknown,
  under: ReadonlyMap<string, Properties>,
): unknown {
  if (under.size === 0) return over;
  const raw = isRecord(over) ? over : {};
  const groups = {};
  for (const type of new Set([...under.keys(), ...Object.keys(raw)])) {
    setOwn(groups, type, lay(getOwn(raw, type), under.get(type)));
  }
  return groups;
}
