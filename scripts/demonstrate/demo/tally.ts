import {
  failFirstAttempts,
  type PostHogEmulator,
} from "../../../src/dev/mod.ts";
import type { Visits } from "./drive.ts";
import type { Place } from "./frames.ts";
import type { WorkerCounts } from "./harness.ts";

/** How many of an event were captured and how many arrived. */
export interface EventTally {
  readonly event: string;
  /** Captured by the handlers, worked out from what was asked of them. */
  readonly captured: number;
  /** Distinct events that arrived. */
  readonly accepted: number;
}

/** An error that arrived, with how often. */
export interface ErrorTally {
  readonly type: string;
  readonly message: string;
  /** The innermost frame: function, file and line. */
  readonly place: string;
  readonly count: number;
}

/** What the PostHog at the other end saw. */
export interface ServerTally {
  readonly events: readonly EventTally[];
  readonly errors: readonly ErrorTally[];
  /** Arrivals of an event that had arrived before. */
  readonly repeats: number;
  readonly batches: number;
  /** Attempts after a batch's first. */
  readonly retries: number;
  readonly definitionsFull: number;
  readonly definitionsUnchanged: number;
  readonly flagRequests: number;
}

/** Name of the event that a flag read captures. */
const EXPOSURE = "$feature_flag_called";

/**
 * Compares what the handlers captured with what arrived.
 *
 * @param findSource Names the source of a frame.
 */
export function tallyServer(
  emulator: PostHogEmulator,
  { served, decisions }: Visits,
  findSource: (place: Place) => Place,
): ServerTally {
  const captured = countBy(served.flatMap(({ events }) => events));
  captured.set(EXPOSURE, decisions.length);
  const accepted = countBy(
    emulator.events.filter(({ arrival }) => arrival === 1).map(({ event }) =>
      event
    ),
  );
  const names = new Set([...captured.keys(), ...accepted.keys()]);
  const at = (path: string, status?: number) =>
    emulator.requests.filter((request) =>
      request.path === path &&
      (status === undefined || request.status === status)
    );
  // The policy that fails first attempts knows them, here too.
  const isFirst = failFirstAttempts(1, { status: 0 });
  const carriers = emulator.requests.filter(({ body }) =>
    typeof body === "object" && body !== null && "batch" in body
  );
  const batches =
    carriers.filter((request) => isFirst(request) !== undefined).length;
  return {
    events: [...names].map((event) => ({
      event,
      captured: captured.get(event) ?? 0,
      accepted: accepted.get(event) ?? 0,
    })),
    errors: tallyErrors(emulator, findSource),
    repeats: emulator.events.filter(({ arrival }) => arrival > 1).length,
    batches,
    retries: carriers.length - batches,
    definitionsFull: at("/flags/definitions", 200).length,
    definitionsUnchanged: at("/flags/definitions", 304).length,
    flagRequests: at("/flags").length,
  };
}

/** What of an exception the report shows. */
interface ExceptionEntry {
  readonly type: string;
  readonly value: string;
  readonly stacktrace?: {
    readonly frames: readonly (Place & { readonly function: string })[];
  };
}

function tallyErrors(
  { events }: PostHogEmulator,
  findSource: (place: Place) => Place,
): ErrorTally[] {
  const errors = new Map<string, ErrorTally>();
  for (const { properties, arrival } of events) {
    const list = properties["$exception_list"];
    if (!Array.isArray(list) || arrival !== 1) continue;
    const [{ type, value, stacktrace }] = list as [ExceptionEntry];
    const frame = stacktrace?.frames.at(-1);
    const { filename, lineno } = frame ? findSource(frame) : {};
    const place = frame
      ? `${frame.function} at ${filename}:${lineno}`
      : "nowhere";
    const key = JSON.stringify([type, value, place]);
    const count = (errors.get(key)?.count ?? 0) + 1;
    errors.set(key, { type, message: value, place, count });
  }
  return [...errors.values()];
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Events that were captured and did not arrive; by the client's own word where the server can't be asked. */
export function countLost(
  server: ServerTally | undefined,
  counts: WorkerCounts,
): number {
  if (!server) return counts.captured - counts.delivered;
  return server.events.reduce(
    (sum, { captured, accepted }) => sum + Math.max(0, captured - accepted),
    0,
  );
}

/** Events that arrived although nobody captured them. */
export function countUnexplained(server: ServerTally | undefined): number {
  return server?.events.reduce(
    (sum, { captured, accepted }) => sum + Math.max(0, accepted - captured),
    0,
  ) ?? 0;
}
