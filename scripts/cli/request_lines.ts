import { isRecord, isText } from "../../src/core/guards.ts";
import { toLine } from "../../src/core/logger.ts";
import type { ReceivedRequest } from "../../src/dev/mod.ts";

/** A request and what became of it, with the names of its events, in one line. */
export function describeRequest(
  { status, method, path, body }: ReceivedRequest,
): string {
  const batch = isRecord(body) ? body["batch"] : undefined;
  const events = Array.isArray(batch)
    ? batch.filter(isRecord).map(({ event }) => event).filter(isText)
    : [];
  const line = `${status || "---"} ${method} ${path}  ${events.join(", ")}`
    .trimEnd();
  // Without a status there was no answer: a fault, or a client that was frozen.
  return toLine(status ? line : `${line}  (the connection broke off)`);
}
