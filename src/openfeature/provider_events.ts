import { isThenable } from "../core/guards.ts";
import type { ProviderEventHandler, ProviderEventsLike } from "./types.ts";

/** A provider's events, without the emitter of Node.js that OpenFeature's own has. */
export class ProviderEvents implements ProviderEventsLike {
  readonly #handlers = new Map<string, readonly ProviderEventHandler[]>();
  readonly #fail: () => void;

  /** `fail` hears that a handler threw or rejected. */
  constructor(fail: () => void) {
    this.#fail = fail;
  }

  emit(event: string, details: unknown = {}): void {
    for (const handler of this.getHandlers(event)) {
      try {
        const result = handler(details);
        if (isThenable(result)) result.then(undefined, this.#fail);
      } catch {
        this.#fail();
      }
    }
  }

  addHandler(event: string, handler: (details?: never) => unknown): void {
    // It knows its details by the event.
    const added = handler as ProviderEventHandler;
    this.#handlers.set(event, [...this.getHandlers(event), added]);
  }

  removeHandler(event: string, handler: (details?: never) => unknown): void {
    const handlers = this.getHandlers(event);
    const at = handlers.lastIndexOf(handler as ProviderEventHandler);
    this.#handlers.set(event, handlers.filter((_, index) => index !== at));
  }

  removeAllHandlers(event?: string): void {
    if (event === undefined) this.#handlers.clear();
    else this.#handlers.delete(event);
  }

  getHandlers(event: string): ProviderEventHandler[] {
    return [...this.#handlers.get(event) ?? []];
  }

  setLogger(): this {
    return this;
  }
}
