import type { Lane } from "../core/delivery.ts";
import { isRecord } from "../core/guards.ts";
import type { JsonObject } from "../core/json.ts";
import { toUuidKey } from "../core/uuid.ts";
import type { QueueItem } from "../delivery/delivery.ts";
import type { DeliveryPort } from "../delivery/queue.ts";
import { serializeEvent } from "../delivery/serialize.ts";
import { parseMessage } from "./message.ts";
import type { QueueMessageLike } from "./types.ts";

/** An event of a batch, and the messages that carry it: several if it was produced more than once. */
export interface Delivery {
  /** The event. */
  readonly item: QueueItem;
  /** Its messages, in order. */
  readonly messages: QueueMessageLike[];
}

/** A message that is no event of ours. */
export interface Poisoned {
  /** The message. */
  readonly message: QueueMessageLike;
  /** Why, in words. */
  readonly reason: string;
}

/** A batch, read. */
export interface SortedBatch {
  /** The events by lane, each once. */
  readonly lanes: ReadonlyMap<Lane, readonly Delivery[]>;
  /** What is none. */
  readonly poisoned: readonly Poisoned[];
}

/** Reads the messages of a batch, for a client to send. Never throws. */
export function sortMessages(
  messages: readonly QueueMessageLike[],
  { clock, options: { captureMode }, reporter }: DeliveryPort,
): SortedBatch {
  const lanes = new Map<Lane, Map<string, Delivery>>();
  const poisoned: Poisoned[] = [];
  for (const message of messages) {
    const read = parseMessage(readBody(message));
    if (read.kind === "foreign") {
      poisoned.push({ message, reason: read.reason });
      continue;
    }
    const { lane, uuid, event, text } = read.message;
    const deliveries = lanes.get(lane) ?? new Map<string, Delivery>();
    lanes.set(lane, deliveries);
    const key = toUuidKey(uuid);
    const existing = deliveries.get(key);
    if (existing) {
      existing.messages.push(message);
      continue;
    }
    const { properties, options, ...root } = JSON.parse(text);
    const made = serializeEvent(
      root,
      readObject(properties),
      readObject(options),
      captureMode,
      reporter,
    );
    const item: QueueItem = {
      lane,
      uuid,
      event,
      ...(made.wire ? made : { text, bytes: read.bytes }),
      admittedAt: clock.now(),
      fate: "retained",
    };
    deliveries.set(key, { item, messages: [message] });
  }
  return {
    lanes: new Map(
      Array.from(lanes, ([lane, byUuid]) => [lane, [...byUuid.values()]]),
    ),
    poisoned,
  };
}

/** A JSON object; an empty one where the value is something else. */
function readObject(value: unknown): JsonObject {
  return isRecord(value) ? value as JsonObject : {};
}

/** A service may decode a body only when it is looked at. */
function readBody(message: QueueMessageLike): unknown {
  try {
    return message.body;
  } catch {
    return undefined;
  }
}
