import { ConfigError } from "../core/errors.ts";
import type { EventPreparation } from "../core/event.ts";
import { warnOnce } from "../events/reading.ts";
import type { OptionReader } from "../options/reader.ts";
import {
  type Caller,
  type FeatureHost,
  type FeatureMaker,
  isFeatureMaker,
  type MadeFeature,
} from "./host.ts";

/** A feature of this client; made when it is first used. */
interface Slot {
  readonly feature: FeatureMaker;
  readonly checked: unknown;
  made?: MadeFeature;
}

/** The features of one client. One that is malformed, or throws, is told of and absent. */
export class FeatureList {
  readonly #host: FeatureHost;
  readonly #slots: Slot[] = [];

  /** Has each feature check its options. */
  constructor(
    host: FeatureHost,
    features: readonly unknown[],
    read: OptionReader,
  ) {
    this.#host = host;
    features.forEach((feature, index) => {
      try {
        if (!isFeatureMaker(feature)) {
          read.refuse("use", `item ${index} is no feature`);
        } else if (this.#findSlot(feature.name)) {
          read.refuse("use", `the feature '${feature.name}' is passed twice`);
        } else this.#slots.push({ feature, checked: feature.check(read) });
      } catch {
        read.refuse("use", `item ${index} failed at its options`);
      }
    });
  }

  /** The features, without those that can't be used. */
  get list(): readonly FeatureMaker[] {
    return this.#slots.map(({ feature }) => feature);
  }

  /** The feature that names this verb. */
  findByVerb(name: PropertyKey): MadeFeature | undefined {
    const slot = this.#slots.find(({ feature: { verbs, clientVerbs } }) =>
      verbs.includes(name) || clientVerbs?.includes(name)
    );
    return slot && this.#make(slot);
  }

  /** The port of the feature of that name. */
  findPort(name: unknown): object | undefined {
    const slot = this.#findSlot(name);
    return slot && this.#make(slot).port;
  }

  /** What a feature evaluates for an event, where its message asks for it; never throws on behalf of a feature. */
  prepareEvent(
    caller: Caller,
    message: Readonly<Record<string, unknown>>,
  ): EventPreparation | undefined {
    for (const slot of this.#slots) {
      const { eventMember } = slot.feature;
      if (eventMember && (message[eventMember] ?? false) !== false) {
        // Where that fails, the event goes without.
        return this.#contain(
          slot,
          () => this.#make(slot).prepareEvent?.(caller, message),
        );
      }
    }
    if ((message["sendFeatureFlags"] ?? false) !== false) {
      warnOnce(
        this.#host.reporter,
        "Cannot use 'sendFeatureFlags': no feature of this client evaluates flags",
      );
    }
    return undefined;
  }

  /** What a flush waits for first, of the features that were used. */
  settle(timeoutMs: number | undefined): Promise<void> | undefined {
    return this.#slots.map(({ made }) => made?.settle?.(timeoutMs)).find(
      Boolean,
    );
  }

  /** Releases what the features hold; one that was never used may have been handed something to release. */
  async shutdown(deadline: AbortSignal): Promise<void> {
    await Promise.allSettled(
      this.#slots.map(async (slot) =>
        await this.#make(slot).shutdown?.(deadline)
      ),
    );
  }

  #findSlot(name: unknown): Slot | undefined {
    return this.#slots.find(({ feature }) => feature.name === name);
  }

  /** One that failed at being made has nothing. */
  #make(slot: Slot): MadeFeature {
    if (!slot.made) {
      // Already now: whoever is told of the failure may call the verb again.
      slot.made = { verbs: {} };
      slot.made = this.#contain(
        slot,
        () => slot.feature.make(this.#host, slot.checked),
      ) ?? slot.made;
    }
    return slot.made;
  }

  /** Runs what is a feature's own; what that throws is told of. */
  #contain<Result>(
    { feature: { name } }: Slot,
    run: () => Result,
  ): Result | undefined {
    try {
      return run();
    } catch {
      const message = `Cannot use the feature '${name}'`;
      this.#host.reporter.tell(new ConfigError(message, "use"));
      return undefined;
    }
  }
}
