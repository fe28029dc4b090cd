import type { BeforeSend } from "../core/event.ts";
import { isRecord } from "../core/guards.ts";
import { type JsonObject, toJsonObject } from "../core/json.ts";
import type { Reporter } from "../core/reporter.ts";

/** What the application can change about events while the client runs. */
export interface Settings {
  /** The hooks in force. */
  beforeSend(): readonly BeforeSend[];
  /** Replaces the hooks. */
  setBeforeSend(hooks: unknown): void;
  /** Properties of every event. */
  superProperties(): JsonObject;
  /** Adds such properties; later ones win per key. */
  register(properties: unknown): void;
  /** Takes one back. */
  unregister(key: string): void;
}

/** Creates the settings of a client. */
export function createSettings(
  initialHooks: readonly BeforeSend[],
  reporter: Reporter,
  isDisabled: boolean,
): Settings {
  let hooks = initialHooks;
  let properties: JsonObject = {};
  return {
    beforeSend: () => hooks,
    setBeforeSend(given) {
      const list: readonly unknown[] = [given ?? []].flat();
      const isHook = (hook: unknown): hook is BeforeSend =>
        typeof hook === "function";
      const callable = list.filter(isHook);
      // Dropping the hooks at hand could let through what they were there to remove.
      if (callable.length < list.length) {
        return reporter.warn("Cannot set 'beforeSend': expected functions");
      }
      hooks = callable;
    },
    superProperties: () => properties,
    register(given) {
      if (isDisabled) return;
      if (!isRecord(given)) {
        return reporter.warn("Cannot register properties: expected an object");
      }
      properties = { ...properties, ...toJsonObject(given) };
    },
    unregister(key) {
      const kept = Object.entries(properties).filter(([name]) => name !== key);
      properties = Object.fromEntries(kept);
    },
  };
}
