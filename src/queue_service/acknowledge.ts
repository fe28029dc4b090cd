import { CallbackError, DeliveryError } from "../core/errors.ts";
import { isFiniteNumber, isNonBlank } from "../core/guards.ts";
import type { Reporter } from "../core/reporter.ts";
import type { Poisoned } from "./deliveries.ts";
import type { QueueMessageLike } from "./types.ts";

/** The longest wait that is asked for, in seconds: an hour. Cloudflare takes up to twelve. */
const MAX_DELAY_SECONDS = 60 * 60;

/** Longer ids are not quoted. */
const MAX_ID_CHARACTERS = 100;

/** Acknowledges a message. A service that fails at it delivers the message again, and PostHog knows the uuid. */
export function ackMessage(
  message: QueueMessageLike,
  reporter: Reporter,
): void {
  contain(reporter, "ack", () => message.ack());
}

/** Gives a message back for later: after the lane's rest, doubled for each delivery that failed before this one. */
export function retryMessage(
  message: QueueMessageLike,
  restMs: number,
  reporter: Reporter,
): void {
  const doublings = Math.min(readAttempts(message) - 1, 31);
  const seconds = Math.ceil(restMs * 2 ** doublings / 1000);
  const delaySeconds = Math.min(seconds, MAX_DELAY_SECONDS);
  contain(reporter, "retry", () => message.retry({ delaySeconds }));
}

/** Gives a message back that no later try can deliver: soon its service moves it to the dead-letter queue. */
export function rejectMessage(
  { message, reason }: Poisoned,
  reporter: Reporter,
): void {
  if (readAttempts(message) === 1) {
    const text = `Cannot read ${
      describe(message)
    } as an event: ${reason}; it is given back for the dead-letter queue`;
    reporter.tell(
      new DeliveryError(text, {
        code: "unparseable",
        lane: "analytics",
        retained: true,
      }),
      "error",
    );
  }
  contain(reporter, "retry", () => message.retry());
}

/** The number of this delivery; 1 where the service does not say. */
function readAttempts(message: QueueMessageLike): number {
  try {
    const { attempts } = message;
    return isFiniteNumber(attempts) && attempts > 1 ? attempts : 1;
  } catch {
    return 1;
  }
}

function describe(message: QueueMessageLike): string {
  try {
    const { id } = message;
    return isNonBlank(id) && id.length <= MAX_ID_CHARACTERS
      ? `the queue's message ${id}`
      : "a message of the queue";
  } catch {
    return "a message of the queue";
  }
}

function contain(
  reporter: Reporter,
  callback: "ack" | "retry",
  call: () => void,
): void {
  try {
    call();
  } catch (cause) {
    const text = `Cannot settle a message of the queue: '${callback}' failed`;
    reporter.tell(
      new CallbackError(text, callback, cause),
      "warn",
      `queue:${callback}`,
    );
  }
}
