/** An independent queue with its endpoint and limits. */
export type Lane = "analytics" | "ai";

/** Where capture v1 takes the events of a lane; without a slash at its end. */
export function toV1Path(lane: Lane): string {
  return `/i/v1/${lane}/events`;
}

/** Why events were lost or held back. */
export type DeliveryErrorCode =
  | "network"
  | "timeout"
  | "http"
  | "redirect"
  | "partial"
  | "unparseable"
  | "oversize"
  | "overflow"
  | "quota_limited"
  | "shutdown_timeout";

/** One batch carried through all of its attempts. */
export interface LogicalRequest {
  /** A UUIDv7, the same on every attempt. */
  readonly id: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** When the logical request was created, in ms since the epoch. */
  readonly createdAt: number;
}

/** An event as a transport gets it: frozen since admission, identical on every attempt. */
export interface QueuedEvent {
  /** The event's uuid, as the caller or the client wrote it. */
  readonly uuid: string;
  /** The event's name. */
  readonly event: string;
  /** The lane the event is in. */
  readonly lane: Lane;
  /** The serialized event: `event`, `distinct_id`, `properties`, `timestamp`, `uuid`; `options` where there are any. */
  readonly text: string;
  /** The UTF-8 length of `text`. */
  readonly bytes: number;
  /** The logical request it travels in. */
  readonly request: LogicalRequest;
}

/** Why an event was not delivered by an attempt, or what the server remarked when it was. */
export interface DeliveryReason {
  /** The kind of failure. */
  readonly code: DeliveryErrorCode;
  /** The HTTP status, when there was one. */
  readonly status?: number;
  /** The server's word for this event, where it answered event by event. */
  readonly result?: string;
  /** The server's reason, as opaque text. */
  readonly details?: string;
  /** The underlying error. */
  readonly cause?: unknown;
}

/** What one attempt did for one event. */
export type DeliveryOutcome =
  | {
    readonly kind: "delivered";
    readonly uuid: string;
    /** What the server remarked all the same, such as a quota that is used up; reported once a drain. */
    readonly reason?: DeliveryReason;
  }
  | {
    readonly kind: "dropped";
    readonly uuid: string;
    readonly reason: DeliveryReason;
  }
  | {
    readonly kind: "retry";
    readonly uuid: string;
    readonly reason: DeliveryReason;
    /** The server's wish, in ms from now; honoured as a floor. */
    readonly afterMs?: number;
  };

/**
 * Makes one attempt to deliver one batch; queue, leases, budgets and backoff stay the client's.
 *
 * A batch is non-empty and of one lane. An event without an outcome counts as `retry`, and so does the whole
 * batch when `send` rejects, answers with something else than a list, or has not answered when `signal` aborts
 * (`requestTimeout`). Of several outcomes for one event the last counts; outcomes for other events are ignored.
 */
export interface Transport {
  /** Sends the batch once and answers per event. */
  send(
    batch: readonly QueuedEvent[],
    signal: AbortSignal,
  ): Promise<readonly DeliveryOutcome[]>;
}

/** What a flush did: event counts over the queue it was called on. */
export interface FlushResult {
  /** Events that the server accepted. */
  readonly delivered: number;
  /** Events given up for good. */
  readonly dropped: number;
  /** Events of those present at the call that are still queued at its end. */
  readonly retained: number;
}
