import type { DeliveryReason, Lane } from "../core/delivery.ts";
import {
  DeliveryError,
  type DeliveryErrorDetails,
  type ReportedEvent,
} from "../core/errors.ts";
import type { Reporter } from "../core/reporter.ts";
import { NETWORK_ERROR } from "./http.ts";
import type { Overflow, QueueItem } from "./queue.ts";

/** Reports events that were given up: one error for each distinct reason, one `drop` for each event. */
export function reportDropped(
  reporter: Reporter,
  lane: Lane,
  dropped: ReadonlyMap<QueueItem, DeliveryReason>,
  extra: Pick<DeliveryErrorDetails, "attempts" | "requestId">,
): void {
  const byReason = new Map<string, [DeliveryReason, QueueItem[]]>();
  for (const [item, reason] of dropped) {
    reporter.drop({ reason: "rejected", lane, ...describe(item, reason) });
    const key = `${reason.code} ${reason.status}`;
    const group = byReason.get(key) ?? [reason, []];
    group[1].push(item);
    byReason.set(key, group);
  }
  for (const [reason, items] of byReason.values()) {
    const message = `Cannot deliver ${count(items)}: ${
      reporter.redact(explain(lane, reason))
    }`;
    reporter.error(message);
    reporter.report(
      new DeliveryError(message, {
        ...details(lane, items, reason, extra),
        // One code, and of the server's words each event has its own.
        events: items.map((item) => describe(item, dropped.get(item))),
      }),
    );
  }
}

/** Reports events that stay queued because the attempts are used up; warns once an outage. */
export function reportRetained(
  reporter: Reporter,
  lane: Lane,
  items: readonly QueueItem[],
  reason: DeliveryReason,
  extra: Pick<DeliveryErrorDetails, "attempts" | "requestId" | "retryAfterMs">,
): void {
  const message = `Cannot deliver ${count(items)} now, kept for the next try: ${
    reporter.redact(explain(lane, reason))
  }`;
  reporter.warn(message, `outage:${lane}`);
  reporter.report(
    new DeliveryError(message, {
      ...details(lane, items, reason, extra),
      retained: true,
    }),
  );
}

/** Reports events that were accepted with a remark, such as a quota that is used up; warns until one goes without. */
export function reportRemark(
  reporter: Reporter,
  lane: Lane,
  items: readonly QueueItem[],
  reason: DeliveryReason,
): void {
  const message = `PostHog took ${count(items)} and may drop them: ${
    reporter.redact(explain(lane, reason))
  }`;
  reporter.warn(message, `remark:${lane}`);
  reporter.report(
    new DeliveryError(message, details(lane, items, reason, {})),
  );
}

/** Reports events that made room for newer ones; warns once an episode. */
export function reportOverflow(
  reporter: Reporter,
  lane: Lane,
  overflow: Overflow | undefined,
): void {
  if (!overflow) return;
  const { evicted, startsEpisode } = overflow;
  const message = `Cannot hold ${
    count(evicted)
  }: the ${lane} queue is full, the oldest are dropped`;
  if (startsEpisode) reporter.warn(message);
  const events = evicted.map((item) => describe(item));
  reporter.report(
    new DeliveryError(message, { code: "overflow", lane, events }),
  );
  for (const event of events) {
    reporter.drop({ reason: "overflow", lane, ...event });
  }
}

/** Reports events that the end of the client leaves unsent. */
export function reportUndelivered(
  reporter: Reporter,
  lane: Lane,
  items: readonly QueueItem[],
): void {
  if (items.length === 0) return;
  const message = `Cannot deliver ${count(items)} before the shutdown`;
  const events = items.map((item) => describe(item));
  reporter.error(message);
  reporter.report(
    new DeliveryError(message, { code: "shutdown_timeout", lane, events }),
  );
  for (const event of events) {
    reporter.drop({ reason: "shutdown", lane, ...event });
  }
}

function details(
  lane: Lane,
  items: readonly QueueItem[],
  reason: DeliveryReason,
  extra: Partial<DeliveryErrorDetails>,
): DeliveryErrorDetails {
  const events = items.map((item) => describe(item, reason));
  return {
    code: reason.code,
    lane,
    status: reason.status,
    cause: reason.cause,
    events,
    ...extra,
  };
}

function describe(
  { uuid, event }: QueueItem,
  reason?: DeliveryReason,
): ReportedEvent {
  return {
    uuid,
    event,
    ...(reason?.result !== undefined && { result: reason.result }),
    ...(reason?.details !== undefined && { details: reason.details }),
  };
}

function explain(
  lane: Lane,
  { code, status, cause }: DeliveryReason,
): string {
  switch (code) {
    case "http":
      return lane === "ai" && status === 404
        ? "the host has no endpoint for AI events (404)"
        : `PostHog answered ${status}`;
    case "partial":
      return "PostHog refused them one by one";
    case "unparseable":
      return "PostHog's answer can't be read";
    case "redirect":
      return `the host redirects (${status}), check the option 'host'`;
    case "timeout":
      return "no answer in time";
    case "quota_limited":
      return "the project's quota is used up";
    case "network":
      // The door's own words are safe; those of a transport of somebody's could quote an event.
      return cause instanceof Error && cause.name === NETWORK_ERROR
        ? `the request failed (${cause.message})`
        : "the request failed";
    default:
      return code;
  }
}

function count(items: readonly unknown[]): string {
  return items.length === 1 ? "1 event" : `${items.length} events`;
}
