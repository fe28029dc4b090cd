import {
  type Preparation,
  type QueueItem,
  UNFINISHED_TEXT,
} from "../../../src/delivery/event_queue.ts";

/** An event that a test prepares. */
export interface Pending {
  readonly item: QueueItem;
  readonly preparation: Preparation;
  /** Lets it be finished. */
  readonly open: () => void;
  /** How often its text was made. */
  readonly made: () => number;
}

/** Makes an event that is being prepared; its text tells whether it was `open` when it was made. */
export function createPending(
  base: QueueItem,
  makeText: (text: string) => string | undefined = (text) => text,
): Pending {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isOpen = false;
  let count = 0;
  const item: QueueItem = {
    ...base,
    text: UNFINISHED_TEXT,
    bytes: 2,
    make() {
      count++;
      const text = makeText(isOpen ? `"${base.event} with flags"` : base.text);
      return text === undefined
        ? undefined
        : { uuid: base.uuid, event: base.event, text, bytes: text.length };
    },
  };
  const open = () => {
    isOpen = true;
    resolve();
  };
  return {
    item,
    preparation: { ready: promise, withinMs: 9000 },
    open,
    made: () => count,
  };
}
