import { attempt, isObject, toId } from "../core/guards.ts";
import { findFlagPort } from "../flags/port.ts";
import type { FeatureFlagEvaluations } from "../flags/snapshot.ts";
import type { FlagsClient, FlagsEntities } from "./types.ts";

/** The result of an evaluation; undefined where a client that is none of this package's failed. */
type Snapshot = Promise<FeatureFlagEvaluations | undefined>;

/** An evaluation for which PostHog may be asked. */
interface Whole {
  /** The flags asked for; undefined: all. */
  keys: readonly string[] | undefined;
  /** Whether others may still join. */
  isOpen: boolean;
  snapshot?: Snapshot;
}

/** What was evaluated for one request and the same entities. */
interface Known {
  /** All flags, as far as definitions decide them. */
  local?: Snapshot;
  whole?: Whole;
}

/** The snapshots of requests. */
export class Snapshots {
  readonly #posthog: FlagsClient;
  readonly #requests = new WeakMap<object, Map<string, Known>>();

  /** Evaluates nothing yet. */
  constructor(posthog: FlagsClient) {
    this.#posthog = posthog;
  }

  /**
   * A snapshot with a flag that is asked for by itself, and with all that may follow it. PostHog is asked only where
   * definitions don't decide that flag, whatever they lack for others. Undefined where nobody is named.
   */
  async loadOne(
    headers: unknown,
    entities: FlagsEntities | undefined,
    key: string,
  ): Snapshot {
    const known = this.#find(headers, entities);
    if (!known || !entities) return undefined;
    if (findFlagPort(this.#posthog)?.local?.state) {
      known.local ??= this.#evaluate(entities, { onlyEvaluateLocally: true });
    }
    const local = await known.local;
    return local?.getResult(key) ? local : await this.#join(known, entities);
  }

  /**
   * A snapshot with these flags. Those that one request asks for in one turn, as it does for flags of several kinds, are
   * evaluated together. Undefined where nobody is named.
   */
  async loadMany(
    headers: unknown,
    entities: FlagsEntities | undefined,
    keys: readonly string[],
  ): Snapshot {
    const known = this.#find(headers, entities);
    if (!known || !entities) return undefined;
    const local = await known.local;
    return local && keys.every((key) => local.getResult(key))
      ? local
      : await this.#join(known, entities, keys);
  }

  #find(headers: unknown, entities: unknown): Known | undefined {
    if (toId(Object(entities).distinctId) === undefined) return undefined;
    const name = attempt(() => JSON.stringify(entities));
    if (!isObject(headers) || name === undefined) return {};
    const request = this.#requests.get(headers) ?? new Map<string, Known>();
    this.#requests.set(headers, request);
    const known = request.get(name) ?? {};
    request.set(name, known);
    return known;
  }

  #join(
    known: Known,
    entities: FlagsEntities,
    keys?: readonly string[],
  ): Snapshot | undefined {
    let { whole } = known;
    if (whole?.isOpen) {
      whole.keys = keys && whole.keys && [...whole.keys, ...keys];
    } else if (!whole || !covers(whole, keys)) {
      whole = known.whole = { keys, isOpen: true };
      whole.snapshot = this.#evaluateWhole(whole, entities);
    }
    return whole.snapshot;
  }

  async #evaluateWhole(whole: Whole, entities: FlagsEntities): Snapshot {
    // Others of the same turn join.
    await undefined;
    whole.isOpen = false;
    return await this.#evaluate(entities, { flagKeys: whole.keys });
  }

  async #evaluate(
    entities: FlagsEntities,
    options: Parameters<FlagsClient["evaluateFlags"]>[1],
  ): Snapshot {
    const { distinctId, deviceId, groups, personProperties, groupProperties } =
      entities;
    const given = { deviceId, groups, personProperties, groupProperties };
    try {
      return await this.#posthog.evaluateFlags(distinctId, {
        ...given,
        ...options,
      });
    } catch {
      // A wrapper of somebody's own: the flags have their default values.
      return undefined;
    }
  }
}

function covers({ keys: own }: Whole, keys?: readonly string[]): boolean {
  return !own || (keys?.every((key) => own.includes(key)) ?? false);
}
