import { isThenable } from "../core/guards.ts";
import { findShared } from "../core/runtime.ts";
import { EventQueue } from "./events.ts";
import { FlagSource } from "./flag_source.ts";
import { resolveOptions, type Settings } from "./options.ts";
import { createRequests } from "./requests.ts";
import type { FeatureflipOptions, UpdateListener } from "./types.ts";

/** One client among those that share a core. */
export interface Handle {
  readonly core: SharedCore;
  readonly listeners: Set<UpdateListener>;
  isClosed: boolean;
  closing?: Promise<void>;
}

/** What all clients of one SDK key share: its flags, and the events that wait. */
export class SharedCore {
  readonly settings: Settings;
  readonly flags: FlagSource;
  readonly events: EventQueue;
  readonly #handles = new Set<Handle>();

  /** Does nothing yet. */
  constructor(settings: Settings) {
    const requests = createRequests(settings);
    this.settings = settings;
    this.flags = new FlagSource(settings, requests, (find) => this.#tell(find));
    this.events = new EventQueue({ ...settings, send: requests.post });
  }

  get handleCount(): number {
    return this.#handles.size;
  }

  /** A client more. */
  createHandle(): Handle {
    const handle = {
      core: this,
      listeners: new Set<UpdateListener>(),
      isClosed: false,
    };
    this.#handles.add(handle);
    return handle;
  }

  /** A client less; after the last one the events are sent and all else ends. */
  async release(handle: Handle): Promise<void> {
    handle.isClosed = true;
    this.#handles.delete(handle);
    if (this.#handles.size > 0) return;
    const { sdkKey } = this.settings;
    const cores = findCores();
    if (cores.get(sdkKey) === this) cores.delete(sdkKey);
    this.flags.close();
    await this.events.close();
  }

  /** Ends everything, and drops the events. */
  abandon(): void {
    for (const handle of this.#handles) handle.isClosed = true;
    this.flags.close();
  }

  /** Runs a callback of the application; what it throws, or rejects with, is logged. */
  contain(name: string, callback: () => unknown): void {
    const fail = () => this.settings.warn(`The ${name} failed`);
    try {
      const result = callback();
      if (isThenable(result)) result.then(undefined, fail);
    } catch {
      fail();
    }
  }

  #tell(findKeys: () => string[]): void {
    const listeners = [...this.#handles].flatMap((
      { listeners },
    ) => [...listeners]);
    const keys = listeners.length > 0 ? findKeys() : [];
    if (keys.length === 0) return;
    for (const listener of listeners) {
      this.contain("update listener", () => listener([...keys]));
    }
  }
}

/** The live cores by SDK key; one map for the package's module formats. */
export function findCores(): Map<string, SharedCore> {
  return findShared("featureflip", () => new Map());
}

/** A new client of the options' key. Of an existing core the first client's options count. */
export function openHandle(options: FeatureflipOptions): Handle {
  const settings = resolveOptions(options);
  const cores = findCores();
  const core = cores.get(settings.sdkKey) ?? new SharedCore(settings);
  cores.set(settings.sdkKey, core);
  if (core.settings.comparable !== settings.comparable) {
    core.settings.warn(
      "Options differ from those of the key's first client, which are used",
    );
  }
  return core.createHandle();
}
