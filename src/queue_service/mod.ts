/**
 * Events through a queue service that you already run: for those that must outlive the isolate, and for volumes
 * beyond one request's budget. `queueTransport` puts them into Cloudflare Queues or anything with `sendBatch` or
 * `send`; `consumeQueue` delivers them to PostHog and settles message by message. For Workers, and every other
 * runtime that has a queue.
 *
 * @example A Worker that is producer and consumer
 * ```ts ignore
 * // Needs bindings: a queue EVENTS, with this Worker as its consumer and a dead-letter queue.
 * import { env } from "cloudflare:workers";
 * import { PostHog } from "edgehog";
 * import { consumeQueue, queueTransport } from "edgehog/queue";
 *
 * const posthog = new PostHog(env.POSTHOG_API_KEY, {
 *   transport: queueTransport(() => env.EVENTS),
 * });
 *
 * export default {
 *   fetch(request, env, ctx) {
 *     posthog.forRequest(request, ctx).capture({ event: "page viewed" });
 *     return new Response("Hello");
 *   },
 *   async queue(batch) {
 *     await consumeQueue(batch, posthog);
 *   },
 * };
 * ```
 *
 * @module
 */
export type {
  DeliveryErrorCode,
  DeliveryOutcome,
  DeliveryReason,
  Lane,
  LogicalRequest,
  QueuedEvent,
  Transport,
} from "../core/delivery.ts";
export { consumeQueue } from "./consumer.ts";
export type { QueueEventMessage } from "./message.ts";
export { queueTransport, type QueueTransportOptions } from "./transport.ts";
export type {
  BatchQueueLike,
  ConsumerClientLike,
  ConsumeResult,
  MessageBatchLike,
  QueueLike,
  QueueMessageLike,
  QueueRetryOptions,
  QueueSendRequestLike,
  SingleQueueLike,
} from "./types.ts";
