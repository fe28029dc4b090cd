import type { Clock } from "../core/clock.ts";
import type {
  DeliveryOutcome,
  DeliveryReason,
  Lane,
  QueuedEvent,
  Transport,
} from "../core/delivery.ts";
import type { Reporter } from "../core/reporter.ts";
import { encodeBody } from "./encode.ts";
import type { HttpAnswer, HttpDoor } from "./http.ts";
import { isRetryableStatus, parseRetryAfterMs } from "./retry.ts";
import { askRetry, cutDetail, type Judge, type Wire } from "./wire.ts";

/** Creates the transport over HTTP: one POST an attempt, in the protocol of the lane. */
export function createHttpTransport(
  door: HttpDoor,
  clock: Clock,
  reporter: Pick<Reporter, "debug">,
  wires: Readonly<Record<Lane, Wire>>,
): Transport {
  return {
    async send(batch, signal) {
      const wire = wires[batch[0]?.lane ?? "analytics"];
      const { headers, text } = wire.build(batch, clock.now());
      const body = await encodeBody(text, wire.codec);
      if (body.hasFailed) {
        reporter.debug("Cannot compress a batch, it is sent as it is");
      }
      const outcome = await door.send({
        method: "POST",
        url: wire.url,
        headers: {
          ...headers,
          "Content-Type": "application/json",
          ...(body.encoding && { "Content-Encoding": body.encoding }),
        },
        body: body.bytes,
        signal,
      });
      // Whoever waits for the attempt knows what becomes of one that fails, and has its deadline.
      if (outcome.kind === "network") throw outcome.cause;
      return "status" in outcome
        ? interpretAnswer(outcome, batch, wire, clock.now())
        : [];
    },
  };
}

/** Reads the answer to an attempt: alike in all protocols, but for what a success says. */
export function interpretAnswer(
  answer: HttpAnswer,
  batch: readonly QueuedEvent[],
  wire: Wire,
  now: number,
): DeliveryOutcome[] {
  const { status, headers } = answer;
  const afterMs = parseRetryAfterMs(headers.get("retry-after"), now);
  const judge = answer.kind === "ok"
    ? wire.readSuccess(answer, afterMs)
    : judgeRefusal(status, wire.readRefusal(answer), afterMs);
  return batch.map(({ uuid }) => ({ ...judge(uuid), uuid }));
}

function judgeRefusal(
  status: number,
  words: string | undefined,
  afterMs: number | undefined,
): Judge {
  const reason: DeliveryReason = {
    code: status < 400 ? "redirect" : "http",
    status,
    ...(words && { details: cutDetail(words) }),
  };
  // 413 asks for smaller batches: the sender splits, and drops an event that is refused alone.
  return () =>
    isRetryableStatus(status) || status === 413
      ? askRetry(reason, afterMs)
      : { kind: "dropped", reason };
}
