import { countBytes } from "../core/bytes.ts";
import type { Lane, QueuedEvent } from "../core/delivery.ts";
import { isNonBlank, isRecord } from "../core/guards.ts";
import { isUuid, toUuidKey } from "../core/uuid.ts";

/** An event as it travels through a queue service: plain JSON, one message each. */
export interface QueueEventMessage {
  /** Tells the message from others in the queue. */
  readonly kind: "edgehog-event";
  /** The form of the message; a consumer leaves a form that it does not know alone. */
  readonly version: 1;
  /** The event's lane. */
  readonly lane: Lane;
  /** The event's uuid. */
  readonly uuid: string;
  /** The event's name. */
  readonly event: string;
  /** The serialized event, delivered byte for byte. */
  readonly text: string;
}

/** What a message's body turned out to be: an event, or in words why it is none. */
export type ReadMessage =
  | {
    readonly kind: "event";
    readonly message: QueueEventMessage;
    /** The UTF-8 length of its text. */
    readonly bytes: number;
  }
  | { readonly kind: "foreign"; readonly reason: string };

/** Builds the message of an event. */
export function buildMessage(
  { lane, uuid, event, text }: QueuedEvent,
): QueueEventMessage {
  return { kind: "edgehog-event", version: 1, lane, uuid, event, text };
}

/** Reads a message's body, which may be anything: an object, or JSON where a queue carries texts. Never throws. */
export function parseMessage(body: unknown): ReadMessage {
  try {
    const value = typeof body === "string" ? JSON.parse(body) : body;
    const reason = findFault(value);
    if (reason !== undefined) return { kind: "foreign", reason };
    const { lane, uuid, event, text } = value as QueueEventMessage;
    return {
      kind: "event",
      message: { kind: "edgehog-event", version: 1, lane, uuid, event, text },
      bytes: countBytes(text),
    };
  } catch {
    // Text that is no JSON, or a proxy that refuses to be read.
    return { kind: "foreign", reason: "it can't be read" };
  }
}

/** What keeps the value from being an event, in words that quote nothing of it. */
function findFault(value: unknown): string | undefined {
  if (!isRecord(value)) return "it is not an object";
  if (value["kind"] !== "edgehog-event") return "its 'kind' is another";
  if (value["version"] !== 1) return "its 'version' is not known here";
  const { lane, uuid, event, text } = value;
  if (lane !== "analytics" && lane !== "ai") return "its 'lane' is not known";
  if (!isUuid(uuid)) return "its 'uuid' is not a uuid";
  if (!isNonBlank(event)) return "its 'event' is blank";
  if (typeof text !== "string") return "its 'text' is not a string";
  // The text becomes part of a request's body: one that is broken would spoil the events beside it.
  const parsed: unknown = JSON.parse(text);
  const isItsOwn = isRecord(parsed) && isUuid(parsed["uuid"]) &&
    toUuidKey(parsed["uuid"]) === toUuidKey(uuid);
  return isItsOwn ? undefined : "its 'text' is not the event of its 'uuid'";
}
