import type { Clock } from "../core/clock.ts";
import { type Answer, renderAnswer, toResponse } from "./answer.ts";
import { buildFaultAnswer, type FaultPlan } from "./faults.ts";
import { type ReadRequest, readRequest } from "./incoming.ts";
import type { RecentList } from "./recent_list.ts";
import type {
  EmulatorFetch,
  IncomingRequest,
  ReceivedRequest,
} from "./types.ts";

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
  /** Headers for the answer beside its own, those of a fault too. Default: none. */
  readonly headersFor?: (
    request: IncomingRequest,
  ) => Readonly<Record<string, string>>;
  /** Hears of each request once it is answered or given up. */
  readonly onSettled?: (request: ReceivedRequest) => void;
}

/** A request while it is answered. */
type OpenRecord = {
  -readonly [Key in keyof ReceivedRequest]: ReceivedRequest[Key];
};

/** Creates an emulator's fetch function: each request is kept, meets its fault, and is carried out. */
export function createEmulatorFetch(
  { requests, clock, onSettled, ...serving }: Serving,
): EmulatorFetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const read = await readRequest(request, clock.now());
    const record: OpenRecord = {
      ...read.incoming,
      status: 0,
      answerHeaders: {},
      answerBytes: 0,
    };
    requests.add(record, read.textLength);
    try {
      return await answer(read, request.signal, record, { clock, ...serving });
    } finally {
      onSettled?.(record);
    }
  };
}

/** Rejects for a dropped connection and a caller who gave up. */
async function answer(
  read: ReadRequest,
  signal: AbortSignal,
  record: OpenRecord,
  { clock, faults, carryOut, headersFor }: Omit<Serving, "requests">,
): Promise<Response> {
  // A browser's question beforehand is not the request that a fault waits for.
  const isPreflight = read.incoming.method === "OPTIONS";
  const fault = isPreflight ? {} : faults.take(read.incoming) ?? {};
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
  const rendered = renderAnswer(answer);
  for (const entry of Object.entries(headersFor?.(read.incoming) ?? {})) {
    rendered.headers.set(...entry);
  }
  if (fault.retryAfter !== undefined) {
    rendered.headers.set("retry-after", String(fault.retryAfter));
  }
  record.answerHeaders = Object.fromEntries(rendered.headers);
  record.answerBytes = rendered.bytes?.byteLength ?? 0;
  return toResponse(rendered, fault.drop === "body");
}
