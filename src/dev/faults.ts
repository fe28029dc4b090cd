import { BoundedMap } from "../core/bounded_map.ts";
import { isRecord } from "../core/guards.ts";
import type { Answer } from "./answer.ts";
import type {
  EmulatorPath,
  Fault,
  FaultPolicy,
  IncomingRequest,
  PlannedFault,
} from "./types.ts";

/** A fault that waits at an endpoint of any emulator. */
export interface AnyPlannedFault extends Omit<PlannedFault, "path"> {
  readonly path?: string | undefined;
}

/** The faults to come. */
export interface FaultPlan {
  /** Takes the fault of a request out of the plan. */
  take(request: IncomingRequest): Fault | undefined;
  /** Adds a planned fault. */
  add(fault: AnyPlannedFault): void;
  /** Sets or removes the policy. */
  setPolicy(policy: FaultPolicy | undefined): void;
  /** The planned faults that wait, each with its `times` left. */
  list(): readonly AnyPlannedFault[];
  /** Forgets the planned faults. */
  clearPlanned(): void;
  /** Forgets all of it. */
  clear(): void;
}

/** Creates an empty {@linkcode FaultPlan}. */
export function createFaultPlan(): FaultPlan {
  const planned: { readonly fault: AnyPlannedFault; left: number }[] = [];
  let policy: FaultPolicy | undefined;
  return {
    take(request) {
      const index = planned.findIndex(({ fault }) =>
        fault.path === undefined || fault.path === request.path
      );
      const entry = planned[index];
      if (!entry) return policy?.(request);
      entry.left--;
      if (entry.left <= 0) planned.splice(index, 1);
      return entry.fault;
    },
    add(fault) {
      const left = fault.times ?? 1;
      if (left > 0) planned.push({ fault, left });
    },
    setPolicy(next) {
      policy = next;
    },
    list: () => planned.map(({ fault, left }) => ({ ...fault, times: left })),
    clearPlanned() {
      planned.length = 0;
    },
    clear() {
      planned.length = 0;
      policy = undefined;
    },
  };
}

/** Builds the answer of a fault that has a status. */
export function buildFaultAnswer(status: number, { body }: Fault): Answer {
  return {
    status,
    body: body ??
      {
        type: "emulated",
        code: "fault",
        detail: "This failure was asked for",
        attr: null,
      },
  };
}

/** Batches remembered at most; one that is forgotten fails anew. */
const MAX_BATCHES = 10_000;

/** Where events arrive. */
const BATCH_PATHS: ReadonlySet<string> = new Set<EmulatorPath>([
  "/batch",
  "/i/v0/ai/batch",
  "/i/v1/ai/events",
  "/i/v1/analytics/events",
]);

/**
 * A policy that fails the first `times` attempts of every batch of events, at any of the endpoints that take
 * them: an outage that every batch meets. A batch is known by its uuids, so a retry counts as the same one, whatever
 * else travels meanwhile; what is left of a batch after a partial v1 result counts as another.
 *
 * @example An outage that the client's retries outlast
 * ```ts
 * import { createPostHogEmulator, failFirstAttempts } from "edgehog/dev";
 * import { assertEquals } from "@std/assert";
 *
 * const emulator = createPostHogEmulator();
 * emulator.setFaultPolicy(failFirstAttempts(2, { status: 503 }));
 * const body = JSON.stringify({
 *   api_key: "phc_example",
 *   batch: [{
 *     event: "order placed",
 *     distinct_id: "user-1",
 *     uuid: "0197b5e0-0000-7000-8000-000000000001",
 *     timestamp: "2026-01-01T00:00:00.000Z",
 *     properties: {},
 *   }],
 * });
 * const statuses = [];
 * for (let attempt = 1; attempt <= 3; attempt++) {
 *   const response = await emulator.fetch("http://localhost/batch/", { method: "POST", body });
 *   await response.body?.cancel();
 *   statuses.push(response.status);
 * }
 * assertEquals(statuses, [503, 503, 200]);
 * ```
 */
export function failFirstAttempts(times: number, fault: Fault): FaultPolicy {
  const attempts = new BoundedMap<string, number>(MAX_BATCHES);
  return (request) => {
    const key = readBatchKey(request);
    if (key === undefined) return undefined;
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    return attempt <= times ? fault : undefined;
  };
}

function readBatchKey({ path, body }: IncomingRequest): string | undefined {
  const batch = BATCH_PATHS.has(path) && isRecord(body)
    ? body["batch"]
    : undefined;
  if (!Array.isArray(batch)) return undefined;
  return batch.map((event: unknown) =>
    isRecord(event) ? String(event["uuid"]) : ""
  ).join();
}
