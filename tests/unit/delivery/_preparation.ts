import {
  type QueueItem,
  UNFINISHED_TEXT,
} from "../../../src/delivery/delivery.ts";
import { createItem } from "./_store.ts";

/** An event that a test prepares. */
export interface Pending {
  readonly item: QueueItem;
  /** Lets it be finished with all it asked for. */
  readonly open: () => void;
  /** How often its text was made. */
  readonly made: () => number;
}

/** Makes an event that has `withinMs` to be prepared; its text tells whether it was `open` when it was made. */
export function createPending(
  name: string,
  makeText: (text: string) => string | undefined = (text) => text,
  withinMs = 100,
): Pending {
  const { promise, resolve } = Promise.withResolvers<void>();
  const base = createItem(name);
  let isOpen = false;
  let count = 0;
  const item: QueueItem = {
    ...base,
    text: UNFINISHED_TEXT,
    bytes: 2,
    preparation: { ready: promise, withinMs },
    make() {
      count++;
      const text = makeText(isOpen ? `"${name} with flags"` : base.text);
      if (text === undefined) return undefined;
      return { uuid: base.uuid, event: name, text, bytes: text.length };
    },
  };
  const open = () => {
    isOpen = true;
    resolve();
  };
  return { item, open, made: () => count };
}
