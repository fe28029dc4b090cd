import type {
  DeliveryOutcome,
  QueuedEvent,
  Transport,
} from "../../../src/core/delivery.ts";
import type { AnyEdgehogError } from "../../../src/core/errors.ts";
import { createRedact } from "../../../src/core/logger.ts";
import {
  createReporter,
  type DroppedEvent,
} from "../../../src/core/reporter.ts";
import { createUuidSource } from "../../../src/core/uuid.ts";
import {
  createFakeClock,
  type FakeClock,
} from "../../../src/testing/fake_clock.ts";
import { createSeededRandom } from "../../../src/testing/seeded_random.ts";
import { ClientQueue } from "../../../src/transport/client_queue.ts";
import type { QueueItem } from "../../../src/delivery/event_queue.ts";
import type {
  QueueDeps,
  QueueOptions,
} from "../../../src/delivery/queue_deps.ts";

/** One attempt of the transport under test, to be answered by the test. */
export interface Attempt {
  readonly batch: readonly QueuedEvent[];
  /** The names of its events, joined. */
  readonly names: string;
  readonly number: number;
  readonly signal: AbortSignal;
}

/** How a test answers an attempt: a status, per-event outcomes, or never. */
export type Answer = number | readonly DeliveryOutcome[] | "hang" | Error;

/** The options that a queue and its sender go by. */
export type BenchOptions = QueueOptions;

/** Everything around a queue. */
export interface Bench {
  readonly clock: FakeClock;
  /** What the transport was asked to send. */
  readonly attempts: Attempt[];
  readonly warnings: string[];
  readonly errors: AnyEdgehogError[];
  readonly drops: DroppedEvent[];
  readonly deps: QueueDeps & { readonly options: BenchOptions };
  readonly transport: Transport;
  /** The promises handed to `waitUntil`. */
  readonly kept: Promise<unknown>[];
  readonly createItem: (event: string) => QueueItem;
}

/** Everything around a queue, on a fake clock, with a transport that a test answers. */
export function createBench(
  answer: (attempt: Attempt) => Answer | Promise<Answer>,
  given: Partial<BenchOptions> = {},
): Bench {
  const clock = createFakeClock();
  const random = createSeededRandom(1);
  const attempts: Attempt[] = [];
  const warnings: string[] = [];
  const errors: AnyEdgehogError[] = [];
  const drops: DroppedEvent[] = [];
  const reporter = createReporter({
    logger: {
      debug() {},
      info() {},
      warn: (text) => void warnings.push(text),
      error() {},
    },
    onError: (error) => void errors.push(error),
    debug: false,
    redact: createRedact([]),
  });
  reporter.on("drop", (event) => void drops.push(event));
  const transport: Transport = {
    async send(batch, signal) {
      const names = batch.map(({ event }) => event).join("");
      const attempt = {
        batch,
        names,
        number: batch[0]?.request.attempt ?? 0,
        signal,
      };
      attempts.push(attempt);
      const answered = await answer(attempt);
      if (answered === "hang") return new Promise(() => {});
      if (answered instanceof Error) throw answered;
      return typeof answered === "number"
        ? batch.map(({ uuid }) => toOutcome(uuid, answered))
        : answered;
    },
  };
  const createUuid = createUuidSource(random);
  const options: BenchOptions = {
    fetchRetryCount: 3,
    fetchRetryDelay: 1000,
    maxRetryDelayMs: 30_000,
    retryJitter: 0,
    requestTimeout: 10_000,
    captureMode: "v0",
    maxBatchSize: 100,
    maxBatchBytes: 100_000,
    maxQueueSize: 1000,
    maxQueueBytes: 1_000_000,
    flushAt: 20,
    flushInterval: 5000,
    testMode: false,
    ...given,
  };
  const kept: Promise<unknown>[] = [];
  const keepAlive = (promise: Promise<unknown>): boolean =>
    kept.push(promise) > 0;
  let count = 0;
  const createItem = (event: string): QueueItem => {
    const uuid = `00000000-0000-7000-8000-${String(++count).padStart(12, "0")}`;
    return {
      uuid,
      event,
      text: `"${event}"`,
      bytes: event.length + 2,
      admittedAt: clock.now(),
      fate: "retained",
    };
  };
  const deps = {
    options,
    clock,
    random,
    createUuid,
    reporter,
    keepAlive,
  };
  return {
    clock,
    attempts,
    warnings,
    errors,
    drops,
    deps,
    transport,
    kept,
    createItem,
  };
}

/** A bench with a client's queue on it. */
export interface ClientBench extends Bench {
  readonly queue: ClientQueue;
  /** Admits one event for each letter. */
  readonly admit: (names: string) => void;
}

/** Creates a client's queue with everything around it; `options` win over the bench's. */
export function createClientBench(
  answer: (attempt: Attempt) => Answer | Promise<Answer>,
  options: Partial<BenchOptions> = {},
): ClientBench {
  const bench = createBench(answer, options);
  const queue = new ClientQueue(bench.deps, bench.transport);
  const admit = (names: string) => {
    for (const name of names) queue.admit("analytics", bench.createItem(name));
  };
  return { ...bench, queue, admit };
}

function toOutcome(uuid: string, status: number): DeliveryOutcome {
  if (status < 300) return { kind: "delivered", uuid };
  const reason = { code: "http" as const, status };
  const isRetryable = status >= 500 || status === 429 || status === 413;
  return { kind: isRetryable ? "retry" : "dropped", uuid, reason };
}
