import type { EventMethods, RequestScope } from "edgehog";
import {
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";
import type {
  DeliveryOutcome,
  FlushResult,
  QueuedEvent,
  Transport,
} from "../../../src/core/delivery.ts";
import type { DroppedEvent } from "../../../src/core/reporter.ts";

/** One attempt to send a batch, to be answered by the test. */
export interface Attempt {
  readonly batch: readonly QueuedEvent[];
  /** The names of its events, joined. */
  readonly names: string;
  readonly number: number;
  readonly signal: AbortSignal;
}

/** How a test answers an attempt: a status, per-event outcomes, or never. */
export type Answer = number | readonly DeliveryOutcome[] | "hang" | Error;

/** What became of the events of a flush. */
export type Counts = [delivered: number, dropped: number, retained: number];

/** A scope, with what its `waitUntil` was given. */
export interface BenchScope {
  readonly hog: RequestScope;
  readonly kept: readonly Promise<unknown>[];
  /** Captures one event for each letter. */
  capture(names: string): void;
}

/** A client on a clock that stands still, with a transport that the test answers. */
export interface Bench extends TestClient {
  readonly attempts: readonly Attempt[];
  readonly drops: readonly DroppedEvent[];
  /** The names of the events of each `on("flush")`, joined. */
  readonly told: readonly string[];
  /** The events of each attempt so far. */
  sent(): string[];
  /** The names of the events that are nobody's, joined. */
  queued(): string;
  warnings(): string[];
  /** Captures one event for each letter, and sends as soon as that is due. */
  capture(names: string): void;
  /** Sends an event by itself. */
  sendNow(name: string): Promise<unknown>;
  createScope(): BenchScope;
  /** Waits for the end of a flush while time goes on. */
  count(flushed: Promise<FlushResult>, advanceMs?: number): Promise<Counts>;
  /** Begins something whose runtime is gone once it waits: no wait of it ever ends. */
  abandon<T>(begin: () => T): Promise<T>;
  /** Whether something is being abandoned now. */
  readonly isGone: boolean;
}

/** An attempt's deadline and the longest wait: whoever was silent for so long is gone. */
export const LEASE_MS = 40_000;

/** Creates a {@linkcode Bench}. Without other options its client sends what it is told to flush. */
export function createBench(
  answer: (attempt: Attempt) => Answer | Promise<Answer>,
  options: TestClientOptions = {},
): Bench {
  const attempts: Attempt[] = [];
  const drops: DroppedEvent[] = [];
  const told: string[] = [];
  const names = new Map<string, string>();
  let isGone = false;
  const transport: Transport = {
    async send(batch, signal) {
      for (const { uuid, event } of batch) names.set(uuid, event);
      const attempt = {
        batch,
        names: joinNames(batch),
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
  const wait = (ms: number, signal?: AbortSignal) =>
    isGone ? new Promise<void>(() => {}) : client.clock.sleep(ms, signal);
  const look = (ms: number, signal?: AbortSignal) =>
    client.clock.look?.(ms, signal);
  const client: TestClient = createTestClient({
    transport,
    retryJitter: 0,
    flushAt: 1000,
    flushInterval: 0,
    sleep: Object.assign(wait, { look }),
    ...options,
  });
  const { posthog, clock, logs } = client;
  posthog.on("drop", (event) => void drops.push(event));
  posthog.on("flush", (uuids) => {
    told.push(uuids.map((uuid) => names.get(uuid)).join(""));
  });
  const captureOn = (on: EventMethods) => (list: string) => {
    for (const event of list) on.capture({ distinctId: "user-1", event });
  };
  return {
    ...client,
    attempts,
    drops,
    told,
    get isGone() {
      return isGone;
    },
    sent: () => attempts.map(({ names }) => names),
    queued: () => joinNames(posthog.queuedEvents()),
    warnings: () =>
      logs.flatMap(({ level, message }) => level === "warn" ? [message] : []),
    capture: captureOn(posthog),
    sendNow: (event) =>
      posthog.captureImmediate({ distinctId: "user-1", event }),
    createScope() {
      const kept: Promise<unknown>[] = [];
      const hog = posthog.forRequest(undefined, {
        waitUntil: (promise: Promise<unknown>) => void kept.push(promise),
      });
      return { hog, kept, capture: captureOn(hog) };
    },
    async count(flushed, advanceMs = 200_000) {
      await clock.advance(advanceMs);
      const { delivered, dropped, retained } = await flushed;
      return [delivered, dropped, retained];
    },
    async abandon(begin) {
      isGone = true;
      const begun = begin();
      await clock.settle();
      isGone = false;
      return begun;
    },
  };
}

/** An answer that the test gives later. */
export function createGate(): PromiseWithResolvers<Answer> {
  return Promise.withResolvers<Answer>();
}

function joinNames(events: readonly { readonly event?: unknown }[]): string {
  return events.map(({ event }) => event).join("");
}

function toOutcome(uuid: string, status: number): DeliveryOutcome {
  if (status < 300) return { kind: "delivered", uuid };
  const reason = { code: "http" as const, status };
  const isRetryable = status >= 500 || status === 429 || status === 413;
  return { kind: isRetryable ? "retry" : "dropped", uuid, reason };
}
