import { isRecord } from "../../src/core/guards.ts";
import { toLine } from "../../src/core/logger.ts";
import type { ReceivedRequest } from "../../src/dev/mod.ts";

/** A request and what became of it, with the names of its events, in one line. */
export function describeRequest(
  { status, method, path, body }: ReceivedRequest,
): string {
  const batch = isRecord(body) ? body["batch"] : undefined;
  const events = Array.isArray(batch)
    ? batch.filter(isRecord).map(({ event }) => event)
    : [];
  // Without a status the connection was dropped, as by a fault.
  const line = `${status || "---"} ${method} ${path}  ${events.join(", ")}`;
  return toLine(line.trimEnd());
}
