import type { Clock } from "../core/clock.ts";
import { type Answer, toResponse } from "./answer.ts";
import { buildFaultAnswer, type FaultPlan } from "./faults.ts";
import { type ReadRequest, readRequest } from "./incoming.ts";
import type { RecentList } from "./recent_list.ts";
import type { EmulatorFetch, ReceivedRequest } from "./types.ts";

/** What an emulator answers with. */
export interface Serving {
  readonly clock: Clock;
  readonly faults: FaultPlan;
  readonly requests: RecentList<ReceivedRequest>;
  /** Does what is asked; a response is for bodies that go on. */
  readonly carryOut: (
    request: ReadRequest,
    signal: AbortSignal,
  ) => Answer | Response | Promise<Answer | Response>;
}

/** Creates an emulator's fetch function: each request is kept, meets its fault, and is carried out. */
export function createEmulatorFetch(
  { clock, faults, requests, carryOut }: Serving,
): EmulatorFetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal } = request;
    const read = await readRequest(request, clock.now());
    const record = { ...read.incoming, status: 0 };
    requests.add(record);
    const fault = faults.take(read.incoming) ?? {};
    if (fault.delayMs !== undefined) await clock.sleep(fault.delayMs, signal);
    signal.throwIfAborted();
    if (fault.drop === "connection") {
      throw new TypeError("The emulator dropped the connection");
    }
    const answer = fault.status === undefined
      ? await carryOut(read, signal)
      : buildFaultAnswer(fault.status, fault);
    if (fault.answerDelayMs !== undefined) {
      await clock.sleep(fault.answerDelayMs, signal);
    }
    signal.throwIfAborted();
    if (fault.drop === "answer") {
      throw new TypeError(
        "The emulator dropped the connection before its answer",
      );
    }
    record.status = answer.status;
    if (answer instanceof Response) return answer;
    const retryAfter = fault.retryAfter !== undefined &&
      { "retry-after": String(fault.retryAfter) };
    return toResponse({
      ...answer,
      headers: { ...answer.headers, ...retryAfter },
    }, fault.drop === "body");
  };
}
