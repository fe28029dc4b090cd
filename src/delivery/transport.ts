import type { Bytes } from "../core/bytes.ts";
import type {
  DeliveryReason,
  QueuedEvent,
  Transport,
} from "../core/delivery.ts";
import { attempt, isFiniteNumber, isRecord } from "../core/guards.ts";
import { toUuidKey } from "../core/uuid.ts";
import type { DeliveryDeps, Judge, Send, Verdict } from "./delivery.ts";
import { compress } from "./encode.ts";
import type { HttpAnswer, HttpDoor } from "./http.ts";
import { isDeferred, isRetryableStatus, parseRetryAfterMs } from "./retry.ts";
import { askRetry, createV0Wire, type Wire, writeBody } from "./wire.ts";
import { createV1Wire } from "./wire_v1.ts";

/** Creates what sends over HTTP: one POST an attempt, in the protocol that the options name. */
export function createHttpSend(
  { door, clock, options, reporter }: Omit<DeliveryDeps, "send"> & {
    readonly door: HttpDoor;
  },
): Send {
  const { captureMode, compression, disableCompression, host } = options;
  const isV1 = captureMode === "v1";
  const wire = (isV1 ? createV1Wire : createV0Wire)(options);
  // v0 knows no deflate.
  let codec = disableCompression ? undefined : isV1 ? compression : "gzip";
  return async (batch, request, signal) => {
    const { headers, body: frame } = wire.frame(request, clock.now());
    const bytes = new TextEncoder().encode(writeBody(frame, batch));
    // Another attempt may meanwhile learn that the host takes none.
    const encoding = codec;
    const compressed = encoding && await compress(bytes, encoding);
    if (encoding && !compressed) {
      reporter.debug("Cannot compress a batch, it is sent as it is");
    }
    const post = async (encoded?: Bytes) => {
      const outcome = await door.send({
        method: "POST",
        url: host + wire.toPath(batch[0]?.lane ?? "analytics"),
        headers: {
          ...headers,
          "Content-Type": "application/json",
          ...(encoded && encoding && { "Content-Encoding": encoding }),
        },
        body: encoded ?? bytes,
        events: batch.length,
        signal,
      });
      // Whoever waits for the attempt knows what becomes of one that fails, and has its deadline.
      if (outcome.kind === "network") throw outcome.cause;
      if (!("status" in outcome)) throw new Error("The attempt was cut short");
      return outcome;
    };
    let answer = await post(compressed);
    if (compressed && refusesEncoding(answer)) {
      answer = await post();
      if (answer.kind === "ok" && !isPage(answer) && codec) {
        codec = undefined;
        reporter.warn(
          "The host refuses compressed bodies, they are sent as they are from now on",
        );
      }
    }
    return interpretAnswer(answer, wire, clock.now());
  };
}

/** Whether another body may be taken where this was not: one that is not compressed. */
function refusesEncoding({ status, text = "" }: HttpAnswer): boolean {
  return status === 415 ||
    status === 400 && /gzip|encoding|compress/i.test(text);
}

/** Whether it is a proxy's or a portal's page: nothing was taken. */
function isPage({ text = "" }: HttpAnswer): boolean {
  return /^\s*</.test(text);
}

/** Reads the answer to an attempt: alike in all protocols, but for what a success says. */
export function interpretAnswer(
  answer: HttpAnswer,
  wire: Wire,
  now: number,
): Judge {
  const { status, headers } = answer;
  const afterMs = parseRetryAfterMs(headers.get("retry-after"), now);
  if (answer.kind === "ok") {
    return isPage(answer)
      ? () => askRetry({ code: "unparseable", status }, afterMs)
      : wire.readSuccess(answer, afterMs);
  }
  const words = wire.readRefusal(answer);
  const reason: DeliveryReason = {
    code: status < 400 ? "redirect" : "http",
    status,
    // As much of it as is ever told.
    ...(words && { details: words.slice(0, 512) }),
  };
  // 413 asks for smaller batches: the sender splits, and drops an event that is refused alone.
  return () =>
    isRetryableStatus(status) || status === 413 ||
      isDeferred(wire.captureMode, reason)
      ? askRetry(reason, afterMs)
      : { kind: "dropped", reason };
}

/**
 * Sends by the application's own transport, which may be anybody's: what can't be read is no outcome, and an event that
 * nobody spoke for is tried again, as all are without an answer.
 */
export function createForeignSend(transport: Transport): Send {
  return async (items, request, signal) => {
    const batch = items.map(
      ({ uuid, event, lane, text, bytes }): QueuedEvent => {
        return { uuid, event, lane, text, bytes, request };
      },
    );
    const outcomes: unknown = await transport.send(batch, signal);
    const isList = Array.isArray(outcomes);
    const silence: DeliveryReason = {
      code: isList ? "partial" : "unparseable",
    };
    const byUuid = new Map<string, Verdict>();
    for (const outcome of isList ? outcomes : []) {
      if (!isRecord(outcome) || typeof outcome["uuid"] !== "string") continue;
      byUuid.set(toUuidKey(outcome["uuid"]), readVerdict(outcome, silence));
    }
    return (uuid) =>
      byUuid.get(toUuidKey(uuid)) ?? { kind: "retry", reason: silence };
  };
}

function readVerdict(
  { kind, reason, afterMs }: Readonly<Record<string, unknown>>,
  silence: DeliveryReason,
): Verdict {
  // A copy: it is read again when it is told, and a getter of it may throw.
  const copy = attempt(() => isRecord(reason) && { ...reason });
  const given = isReason(copy) ? copy : undefined;
  if (kind === "delivered") return { kind, ...(given && { reason: given }) };
  const why = given ?? silence;
  return kind === "dropped"
    ? { kind, reason: why }
    : askRetry(why, isFiniteNumber(afterMs) ? afterMs : undefined);
}

function isReason(value: unknown): value is DeliveryReason {
  if (!isRecord(value) || typeof value["code"] !== "string") return false;
  const { status } = value;
  return status === undefined || isFiniteNumber(status);
}
