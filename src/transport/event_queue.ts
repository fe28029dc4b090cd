import type { FlushResult, Lane } from "../core/delivery.ts";

/** An event as it is sent; one that is still being prepared has the uuid and the name it was captured with. */
export interface EventText {
  /** The event's uuid. */
  uuid: string;
  /** The event's name. */
  event: string;
  /** The serialized event; {@linkcode UNFINISHED_TEXT} while it is being prepared. */
  text: string;
  /** The UTF-8 length of `text`; an estimate while it is being prepared. */
  bytes: number;
}

/** Stands for the text of an event that is being prepared. */
export const UNFINISHED_TEXT = "{}";

/** One admitted event: its text, frozen once it is finished, and what became of it. */
export interface QueueItem extends EventText {
  /** When it was admitted, in ms since the epoch. */
  readonly admittedAt: number;
  /** Still in the store, accepted by the server, or given up for good. */
  fate: "retained" | "delivered" | "dropped";
  /** Only on an event that is being prepared: makes its text of what is known by now; undefined drops it. */
  make?: (() => EventText | undefined) | undefined;
  /** The events of its owner; kept by the store. */
  owner?: Set<QueueItem>;
  /** Who sends or prepares it at the moment; kept by the store. */
  lease?: Holding | undefined;
}

/** What a lease says to others than its holder. */
export interface Holding {
  /** Whether somebody holds on to it. */
  readonly isLive: boolean;
  /** Whether the work was cut short, or is done. */
  isOver: boolean;
  /** Whether it prepares an event, and what stands behind that waits. */
  readonly keepsOrder: boolean;
}

/** What an event waits for. */
export interface Preparation {
  /** Resolves when the event can be finished with all it asked for; never rejects. */
  readonly ready: Promise<void>;
  /** How long that may take, in ms; then the event is finished with what is there. */
  readonly withinMs: number;
}

/** Where finished events go: the client's view of the store, or a scope's. */
export interface EventQueue {
  /** Queues an event; what sends it is the view's own matter. */
  admit(lane: Lane, item: QueueItem): void;
  /** Queues an event that can't be sent before it is prepared; resolves when it can, or was. Never rejects. */
  reserve(
    lane: Lane,
    item: QueueItem,
    preparation: Preparation,
  ): Promise<void>;
  /** Sends one event at once or when it is prepared, past the others; resolves when it is settled. Never rejects. */
  sendNow(
    lane: Lane,
    item: QueueItem,
    preparation?: Preparation,
  ): Promise<void>;
  /** Sends what is queued; resolves when each event is delivered, dropped or retained. Never rejects. */
  flush(timeoutMs?: number): Promise<FlushResult>;
}

/** Whether the event has its text. */
export function isFinished({ make }: QueueItem): boolean {
  return make === undefined;
}

/** Counts what became of events that were there when a flush began. */
export function countFates(items: Iterable<QueueItem>): FlushResult {
  const counts = { delivered: 0, dropped: 0, retained: 0 };
  for (const { fate } of items) counts[fate]++;
  return counts;
}
