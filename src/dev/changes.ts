import { attempt } from "../core/guards.ts";
import type { EmulatorChange } from "./types.ts";

/** Hears of one change. */
export type ChangeListener = (change: EmulatorChange) => void;

/** Those who hear of an emulator's changes. */
export interface ChangeHub {
  /** Tells everybody. */
  readonly tell: ChangeListener;
  /** Adds a listener, and gives what removes it. */
  subscribe(listener: ChangeListener): () => void;
}

/** Creates a {@linkcode ChangeHub} without listeners. */
export function createChangeHub(): ChangeHub {
  const entries = new Set<{ readonly listener: ChangeListener }>();
  return {
    tell(change) {
      for (const { listener } of entries) attempt(() => listener(change));
    },
    subscribe(listener) {
      // An object of its own for each: the same function may listen twice.
      const entry = { listener };
      entries.add(entry);
      return () => void entries.delete(entry);
    },
  };
}
