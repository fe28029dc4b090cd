import type { QueueEventMessage } from "./message.ts";

/** What edgehog hands to `sendBatch` for each event. */
export interface QueueSendRequestLike {
  /** The message. */
  readonly body: QueueEventMessage;
  /** How Cloudflare Queues store it: readable in the dashboard, and by any consumer. */
  readonly contentType: "json";
}

/** A queue that takes many messages at once, such as a Cloudflare Queues binding. */
export interface BatchQueueLike {
  /** Sends all messages, or rejects. */
  sendBatch(messages: readonly QueueSendRequestLike[]): Promise<unknown>;
}

/** A queue that takes one message at a time. */
export interface SingleQueueLike {
  /** Sends the message, or rejects. */
  send(
    body: QueueEventMessage,
    options: { readonly contentType: "json" },
  ): Promise<unknown>;
}

/** A queue to produce to. With both methods `sendBatch` is used. */
export type QueueLike = BatchQueueLike | SingleQueueLike;

/** How a message is given back to the queue. */
export interface QueueRetryOptions {
  /** When it may come again, in seconds. */
  readonly delaySeconds?: number;
}

/** A message as a queue service hands it to a consumer. */
export interface QueueMessageLike {
  /** The service's own name for it. */
  readonly id?: string;
  /** What was sent. */
  readonly body: unknown;
  /** The number of this delivery, from 1; 1 when the service does not say. */
  readonly attempts?: number;
  /** Says that it is done with. */
  ack(): void;
  /** Gives it back: it comes again, or goes to the dead-letter queue when it came too often. */
  retry(options?: QueueRetryOptions): void;
}

/** Messages as a queue service hands them to a consumer. */
export interface MessageBatchLike {
  /** The messages, each to be acknowledged or given back. */
  readonly messages: readonly QueueMessageLike[];
}

/** The client that delivers: a `PostHog`. */
export interface ConsumerClientLike {
  /** Tells a client from its scopes; not called. */
  forRequest(...args: never[]): unknown;
}

/** What became of a batch: counts of its messages. */
export interface ConsumeResult {
  /** Delivered and acknowledged. */
  readonly delivered: number;
  /** Refused by PostHog for good: reported and acknowledged. */
  readonly dropped: number;
  /** Not deliverable now: given back. */
  readonly retried: number;
  /** No events of edgehog's: given back, for the dead-letter queue. */
  readonly poisoned: number;
}
