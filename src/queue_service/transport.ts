import { countBytes } from "../core/bytes.ts";
import type {
  DeliveryOutcome,
  DeliveryReason,
  QueuedEvent,
  Transport,
} from "../core/delivery.ts";
import { isObject } from "../core/guards.ts";
import { buildMessage, type QueueEventMessage } from "./message.ts";
import type { QueueLike } from "./types.ts";

/** The limits of a queue service. The defaults are those of Cloudflare Queues, whose kilobytes are of 1000 bytes. */
export interface QueueTransportOptions {
  /** Messages of one `sendBatch` at most. Default 100. */
  readonly maxBatchMessages?: number;
  /** Bytes of one `sendBatch` at most. Default 256 000. */
  readonly maxBatchBytes?: number;
  /** Bytes of one message at most; a larger event is dropped and reported as `oversize`. Default 128 000. */
  readonly maxMessageBytes?: number;
}

/** Cloudflare counts up to about this many bytes of its own for each message. */
const METADATA_BYTES = 100;

/** Single sends under way at once: Workers open six connections, and further ones wait. */
const MAX_SINGLE_SENDS = 6;

/** An event, and its message as JSON counts it. */
interface Parcel {
  readonly uuid: string;
  readonly message: QueueEventMessage;
  readonly bytes: number;
}

/**
 * Creates a transport that puts events into a queue, for a client's option `transport`. From then on they outlive
 * the isolate; {@linkcode consumeQueue} delivers them. An event counts as delivered when the queue took it.
 *
 * @param queue The queue, or a function that finds it: a binding may not be there yet where the client is made.
 * @param options The service's limits.
 *
 * @example Events into a queue
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PostHog } from "edgehog";
 * import { queueTransport, type QueueSendRequestLike } from "edgehog/queue";
 *
 * // In a Worker this is `env.EVENTS`, with `import { env } from "cloudflare:workers"`.
 * const queued: QueueSendRequestLike[] = [];
 * const queue = {
 *   sendBatch: (messages: readonly QueueSendRequestLike[]) =>
 *     Promise.resolve(queued.push(...messages)),
 * };
 *
 * const posthog = new PostHog("phc_x", { transport: queueTransport(queue) });
 * posthog.capture({ distinctId: "user-1", event: "signed up" });
 * await posthog.flush();
 *
 * assertEquals(queued.map(({ body }) => body.event), ["signed up"]);
 * ```
 */
export function queueTransport(
  queue: QueueLike | (() => QueueLike),
  options: QueueTransportOptions = {},
): Transport {
  const maxMessageBytes = options.maxMessageBytes ?? 128_000;
  return {
    async send(batch, signal) {
      const outcomes: DeliveryOutcome[] = [];
      const parcels: Parcel[] = [];
      for (const event of batch) {
        const parcel = pack(event);
        if (parcel.bytes <= maxMessageBytes) parcels.push(parcel);
        else outcomes.push(refuse(parcel, maxMessageBytes));
      }
      let produce: Produce | undefined;
      try {
        produce = findProducer(queue, options);
      } catch (cause) {
        return [...outcomes, ...answer(parcels, { code: "network", cause })];
      }
      for (const chunk of split(parcels, produce)) {
        outcomes.push(
          ...signal.aborted
            ? answer(chunk, { code: "timeout" })
            : await produce.send(chunk),
        );
      }
      return outcomes;
    },
  };
}

/** A way to put a chunk into the queue, and how large one may be. */
interface Produce {
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** Never rejects. */
  readonly send: (chunk: readonly Parcel[]) => Promise<DeliveryOutcome[]>;
}

/** Looked for at each send: a binding belongs to the request at hand. Throws where there is no queue. */
function findProducer(
  given: QueueLike | (() => QueueLike),
  { maxBatchMessages = 100, maxBatchBytes = 256_000 }: QueueTransportOptions,
): Produce {
  const queue: unknown = typeof given === "function" ? given() : given;
  if (hasMethod(queue, "sendBatch")) {
    return {
      maxMessages: maxBatchMessages,
      maxBytes: maxBatchBytes,
      send: (chunk) =>
        attempt(chunk, () =>
          queue.sendBatch(
            chunk.map(({ message }) => ({
              body: message,
              contentType: "json",
            })),
          )),
    };
  }
  if (hasMethod(queue, "send")) {
    const sendOne = (parcel: Parcel) =>
      attempt(
        [parcel],
        () => queue.send(parcel.message, { contentType: "json" }),
      );
    return {
      maxMessages: MAX_SINGLE_SENDS,
      maxBytes: Infinity,
      send: async (chunk) => (await Promise.all(chunk.map(sendOne))).flat(),
    };
  }
  throw new TypeError(
    "Cannot use the queue: it has neither 'sendBatch' nor 'send'",
  );
}

function hasMethod<Name extends string>(
  value: unknown,
  name: Name,
): value is Record<Name, (...args: unknown[]) => unknown> {
  // A binding may be a proxy, or a function with methods.
  return (isObject(value) || typeof value === "function") &&
    typeof (value as Record<string, unknown>)[name] === "function";
}

async function attempt(
  chunk: readonly Parcel[],
  send: () => unknown,
): Promise<DeliveryOutcome[]> {
  try {
    await send();
    return chunk.map(({ uuid }) => ({ kind: "delivered", uuid }));
  } catch (cause) {
    return answer(chunk, { code: "network", cause });
  }
}

function pack(event: QueuedEvent): Parcel {
  const message = buildMessage(event);
  const bytes = countBytes(JSON.stringify(message)) + METADATA_BYTES;
  return { uuid: event.uuid, message, bytes };
}

function refuse({ uuid, bytes }: Parcel, maxBytes: number): DeliveryOutcome {
  const details = `${bytes} bytes as a message, at most ${maxBytes} fit`;
  return { kind: "dropped", uuid, reason: { code: "oversize", details } };
}

function answer(
  parcels: readonly Parcel[],
  reason: DeliveryReason,
): DeliveryOutcome[] {
  return parcels.map(({ uuid }) => ({ kind: "retry", uuid, reason }));
}

/** In order; a chunk has one parcel at least. */
function split(
  parcels: readonly Parcel[],
  { maxMessages, maxBytes }: Produce,
): Parcel[][] {
  const chunks: Parcel[][] = [];
  let last: Parcel[] = [];
  let bytes = 0;
  for (const parcel of parcels) {
    const fits = last.length < maxMessages && bytes + parcel.bytes <= maxBytes;
    if (chunks.length === 0 || !fits) {
      chunks.push(last = []);
      bytes = 0;
    }
    last.push(parcel);
    bytes += parcel.bytes;
  }
  return chunks;
}
