import type { QueueEventMessage, QueueMessageLike } from "edgehog/queue";

/** A message that records how it was settled. */
export interface RecordedMessage extends QueueMessageLike {
  /** `ack`, `retry`, or `retry 30` with the seconds asked for. */
  readonly settled: string[];
}

/** A uuid with that number at its end. */
export function uuidOf(number: number): string {
  return `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;
}

/** The body of an event's message. */
export function bodyOf(
  event: string,
  uuid: string = uuidOf(1),
): QueueEventMessage {
  const lane = "analytics";
  const text = JSON.stringify({
    event,
    uuid,
    distinct_id: "user-1",
    properties: {},
    timestamp: "2026-01-01T00:00:00.000Z",
  });
  return { kind: "edgehog-event", version: 1, lane, uuid, event, text };
}

/** A message with that body. */
export function createMessage(
  body: unknown,
  attempts: number = 1,
): RecordedMessage {
  const settled: string[] = [];
  return {
    id: "message-1",
    body,
    attempts,
    settled,
    ack: () => void settled.push("ack"),
    retry: ({ delaySeconds } = {}) =>
      void settled.push(
        delaySeconds === undefined ? "retry" : `retry ${delaySeconds}`,
      ),
  };
}
