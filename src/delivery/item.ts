import type { Lane } from "../core/delivery.ts";
import type { Lease } from "./lease.ts";

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

/** One event of a store: its text, frozen once it is finished, and what became of it. */
export interface QueueItem extends EventText {
  /** The lane it travels in. */
  readonly lane: Lane;
  /** When it was captured, in ms since the epoch. */
  readonly admittedAt: number;
  /** Still in the store, accepted by the server, or given up for good. */
  fate: "retained" | "delivered" | "dropped";
  /** What an event waits for that is being prepared. */
  readonly preparation?: Preparation | undefined;
  /** Only while it is being prepared: makes its text of what is known by now; undefined drops it. */
  make?: (() => EventText | undefined) | undefined;
  /** Its place in the order of capture, which no clock that is set back changes; kept by the store. */
  place?: number;
  /** The events of its owner; kept by the store. */
  owner?: Set<QueueItem>;
  /** Who sends it, or did last; kept by the store. */
  lease?: Lease | undefined;
}

/** What an event waits for. */
export interface Preparation {
  /** Resolves when the event can be finished with all it asked for; never rejects. */
  readonly ready: Promise<void>;
  /** How long that may take, in ms; then the event is finished with what is there. */
  readonly withinMs: number;
}
