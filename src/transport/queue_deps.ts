import type { Clock } from "../core/clock.ts";
import type { RandomSource } from "../core/random.ts";
import type { Reporter } from "../core/reporter.ts";
import type { UuidSource } from "../core/uuid.ts";
import type { RetryOptions } from "./retry.ts";

/** The numbers that delivery goes by, under the names that applications write. */
export interface QueueOptions extends RetryOptions {
  /** Events of one lane at most, scopes included. */
  readonly maxQueueSize: number;
  /** Serialized bytes of one lane at most. */
  readonly maxQueueBytes: number;
  /** Events of one batch at most. */
  readonly maxBatchSize: number;
  /** Bytes of one batch at most, separators included; a first event always fits. */
  readonly maxBatchBytes: number;
  /** The deadline of one attempt, in ms. */
  readonly requestTimeout: number;
  /** The protocol of the analytics lane. */
  readonly captureMode: "v0" | "v1";
  /** Free events that start a drain of the client. */
  readonly flushAt: number;
  /** The age in ms of the oldest free event at which an admission starts one; 0 disables. */
  readonly flushInterval: number;
  /** Keeps everything queued and sends nothing. */
  readonly testMode: boolean;
}

/** What events are kept and sent with. */
export interface QueueDeps {
  /** The numbers. */
  readonly options: QueueOptions;
  /** Waits and deadlines. */
  readonly clock: Clock;
  /** Jitter. */
  readonly random: RandomSource;
  /** Ids of logical requests. */
  readonly createUuid: UuidSource;
  /** Hears of what was lost or held back. */
  readonly reporter: Reporter;
  /** Keeps the runtime alive for the client's own promises; false when it refused. */
  readonly keepAlive: (promise: Promise<unknown>) => boolean;
}
