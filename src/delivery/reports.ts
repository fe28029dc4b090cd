import {
  type DeliveryErrorCode,
  type DeliveryReason,
  type Lane,
  type LogicalRequest,
  toV1Path,
} from "../core/delivery.ts";
import { DeliveryError, type ReportedEvent } from "../core/errors.ts";
import { attempt, isText } from "../core/guards.ts";
import { toLine } from "../core/logger.ts";
import type { Reporter } from "../core/reporter.ts";
import type { DeliverySettings } from "./delivery.ts";
import { countEvents, describeStatus, NETWORK_ERROR } from "./http.ts";
import type { RemarkedEvent } from "./lease.ts";

/** Whose events these are, and who tells. */
export interface ReportedLane {
  /** The lane. */
  readonly lane: Lane;
  /** Who hears of it, and the host to name where it may be wrong. */
  readonly deps: {
    readonly reporter: Reporter;
    readonly options: Pick<DeliverySettings, "captureMode" | "host">;
  };
}

/** The server's words for an event, as members of its report: one line of at most 512 letters each. */
const WORDS = ["result", "details"] as const;

/** What is told of events, in the words before and after their number; the reason follows. */
const TEXTS = {
  /** Given up for good. */
  rejected: ["Cannot deliver ", ": "],
  /** They made room for newer ones. */
  overflow: ["Cannot hold ", ": "],
  /** The end of the client leaves them unsent. */
  shutdown: ["Cannot deliver ", " "],
  /** They stay queued, because the attempts are used up. */
  outage: ["Cannot deliver ", " now, kept for the next try: "],
  /** The server took them, and remarked something. */
  remark: ["PostHog took ", " and may drop them: "],
} as const;

/**
 * Reports events: one error for each distinct reason, one `drop` for each event that is lost. Warns once an episode of
 * overflow, once an outage, and of remarks once until a drain goes without: the key is armed again by whoever knows.
 */
export function reportEvents(
  { lane, deps: { reporter, options } }: ReportedLane,
  kind: keyof typeof TEXTS,
  items: Iterable<RemarkedEvent>,
  request?: LogicalRequest,
  retryAfterMs?: number,
): void {
  const groups = new Map<string, [DeliveryReason, ReportedEvent[]]>();
  for (const { uuid, event, reason } of items) {
    if (!reason) continue;
    const { code, status } = reason;
    // One code, and of the server's words each event has its own.
    const key = `${code} ${status}`;
    const group = groups.get(key) ?? [reason, []];
    groups.set(key, group);
    const words: Partial<Record<(typeof WORDS)[number], string>> = {};
    for (const name of WORDS) {
      const text = reason[name];
      if (!isText(text)) continue;
      words[name] = toLine(reporter.redact(text).slice(0, 512), 512);
    }
    group[1].push({ ...words, uuid, event: reporter.redact(event) });
  }
  const [before, after] = TEXTS[kind];
  for (const [reason, events] of groups.values()) {
    const { code, status, cause } = reason;
    const count = countEvents(events.length);
    const message = reporter.redact(
      before + count + after + explain(lane, options, reason),
    );
    const isFinal = kind === "rejected" || kind === "shutdown";
    const retained = kind === "outage";
    reporter.tell(
      new DeliveryError(message, {
        code,
        lane,
        status,
        cause,
        retained,
        events,
        attempts: request?.attempt,
        requestId: request?.id,
        retryAfterMs,
      }),
      isFinal ? "error" : "warn",
      isFinal ? undefined : `${kind}:${lane}`,
    );
    if (retained || kind === "remark") continue;
    for (const event of events) reporter.drop({ ...event, reason: kind, lane });
  }
}

/** What the codes mean that no status explains. */
const CODES: Partial<Record<DeliveryErrorCode, string>> = {
  partial: "PostHog refused them one by one",
  unparseable: "PostHog's answer can't be read",
  timeout: "no answer in time",
  ["quota_limited"]: "the project's quota is used up",
  overflow: "the queue is full, the oldest are dropped",
  ["shutdown_timeout"]: "before the shutdown",
  network: "the request failed",
};

function explain(
  lane: Lane,
  { captureMode, host }: ReportedLane["deps"]["options"],
  { code, status, cause }: DeliveryReason,
): string {
  if (status && code !== "quota_limited") {
    const v1Path = captureMode === "v1" ? toV1Path(lane) : undefined;
    return describeStatus(status, host, v1Path);
  }
  const text = CODES[code] ?? code;
  // The door's own words are safe; those of a transport of somebody's could quote an event.
  const words = attempt(() =>
    cause instanceof Error && cause.name === NETWORK_ERROR &&
    ` (${cause.message})`
  );
  return text + (words || "");
}
