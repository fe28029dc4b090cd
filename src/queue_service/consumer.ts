import type { Lane } from "../core/delivery.ts";
import { isObject } from "../core/guards.ts";
import { findPort } from "../client/host.ts";
import type { DeliveryPort } from "../delivery/queue.ts";
import { drain } from "../delivery/drain.ts";
import { Store } from "../delivery/store.ts";
import { ackMessage, rejectMessage, retryMessage } from "./acknowledge.ts";
import { type Delivery, sortMessages } from "./deliveries.ts";
import type {
  ConsumerClientLike,
  ConsumeResult,
  MessageBatchLike,
  QueueMessageLike,
} from "./types.ts";

/** A batch has a store of its own: what a consumer was handed is bounded, and nothing of it makes room for the rest. */
const UNBOUNDED = { maxQueueSize: Infinity, maxQueueBytes: Infinity };

/**
 * Delivers a batch of a queue consumer to PostHog over HTTP, also when the client's own `transport` is a queue, and
 * settles each message by itself:
 *
 * - delivered: acknowledged;
 * - refused by PostHog for good: reported to `onError` and acknowledged;
 * - not deliverable now: given back, to come again after the client's `maxRetryDelayMs` (or what PostHog's
 *   `Retry-After` says), twice as long with each further delivery, at most an hour;
 * - no event of edgehog's: reported at its first delivery and given back, so that the service moves it to the
 *   dead-letter queue.
 *
 * Messages of one event, told by its uuid, are sent once. A client that sends nothing (disabled, shut down, in
 * `testMode`) gives everything back. Give the consumer a dead-letter queue and enough retries for the outages you
 * want to outlive: Cloudflare's default is three.
 *
 * @param batch The batch as the service hands it over.
 * @param posthog The client that delivers, with its limits, retries and reports.
 * @returns What became of the messages. A batch that can't be read is reported and counts as empty.
 * @throws {TypeError} When `posthog` is no client of this package; all messages are given back then.
 *
 * @example A queue consumer
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PostHog } from "edgehog";
 * import { createPostHogEmulator } from "edgehog/dev";
 * import { consumeQueue, type MessageBatchLike } from "edgehog/queue";
 *
 * const emulator = createPostHogEmulator();
 * const posthog = new PostHog("phc_x", { fetch: emulator.fetch });
 * const worker = {
 *   async queue(batch: MessageBatchLike) {
 *     await consumeQueue(batch, posthog);
 *   },
 * };
 *
 * const settled: string[] = [];
 * const uuid = "01890a5d-ac96-774b-bcce-b302099a8057";
 * const text = JSON.stringify({
 *   uuid,
 *   event: "signed up",
 *   distinct_id: "user-1",
 *   properties: {},
 *   timestamp: "2026-01-01T00:00:00.000Z",
 * });
 * const body = { kind: "edgehog-event", version: 1, lane: "analytics", uuid, event: "signed up", text };
 * const message = { body, ack: () => settled.push("ack"), retry: () => settled.push("retry") };
 *
 * await worker.queue({ messages: [message] });
 * assertEquals(settled, ["ack"]);
 * assertEquals(emulator.events.map(({ event }) => event), ["signed up"]);
 * ```
 */
export async function consumeQueue(
  batch: MessageBatchLike,
  posthog: ConsumerClientLike,
): Promise<ConsumeResult> {
  const messages = readMessages(batch);
  const port = findPort(posthog, "delivery") as DeliveryPort | undefined;
  if (!port) {
    giveBackAll(messages ?? []);
    throw new TypeError(
      "Cannot consume the queue: 'posthog' is no client of this package; pass a PostHog, not a scope or a wrapper",
    );
  }
  const { reporter } = port;
  const result = { delivered: 0, dropped: 0, retried: 0, poisoned: 0 };
  if (!messages) {
    reporter.error("Cannot consume the queue: the batch has no 'messages'");
    return result;
  }
  const { lanes, poisoned } = sortMessages(messages, port);
  for (const one of poisoned) rejectMessage(one, reporter);
  result.poisoned = poisoned.length;

  await Promise.all(Array.from(lanes, async ([lane, deliveries]) => {
    const restMs = await deliver(port, lane, deliveries);
    for (const { item, messages } of deliveries) {
      for (const message of messages) {
        if (item.fate === "retained") retryMessage(message, restMs, reporter);
        else ackMessage(message, reporter);
      }
      const count = item.fate === "retained" ? "retried" : item.fate;
      result[count] += messages.length;
    }
  }));
  return result;
}

/** Sends what can be sent and says on each item what became of it. The result is how long to leave the rest alone. */
async function deliver(
  port: DeliveryPort,
  lane: Lane,
  deliveries: readonly Delivery[],
): Promise<number> {
  const { clock, reporter, options, random, createUuid } = port;
  const restMs = options.maxRetryDelayMs;
  if (options.testMode || port.isClosed()) {
    reporter.warn(
      "Cannot consume the queue: the client sends nothing, its messages are given back",
      "queue:closed",
    );
    return restMs;
  }
  const store = new Store(lane, {
    clock,
    random,
    createUuid,
    reporter,
    send: port.httpSend,
    options: { ...options, ...UNBOUNDED },
  });
  for (const { item } of deliveries) store.admit(item);
  const lease = store.createLease();
  await drain(store, lease, store.nobodys);
  store.end(lease);
  return Math.max(restMs, store.restMs);
}

function readMessages(batch: unknown): QueueMessageLike[] | undefined {
  try {
    const messages = isObject(batch) ? batch["messages"] : undefined;
    if (!Array.isArray(messages)) return undefined;
    return messages.filter((message): message is QueueMessageLike =>
      isObject(message)
    );
  } catch {
    return undefined;
  }
}

/** Without a client there is nobody to tell of a message that can't even be given back. */
function giveBackAll(messages: readonly QueueMessageLike[]): void {
  for (const message of messages) {
    try {
      message.retry();
    } catch {
      // The rejection that follows makes the service give it back all the same.
    }
  }
}
