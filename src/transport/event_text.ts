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

/** An event that may have to be finished before it can be sent. */
export interface Preparable extends EventText {
  /** Only on an event that is being prepared: makes its text of what is known by now; undefined drops it. */
  make?: (() => EventText | undefined) | undefined;
}

/** Stands for the text of an event that is being prepared. */
export const UNFINISHED_TEXT = "{}";

/** Whether the event has its text. */
export function isFinished({ make }: Preparable): boolean {
  return make === undefined;
}
