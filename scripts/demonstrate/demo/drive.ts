import type { Worker } from "../../../tests/_kit/workerd.ts";
import type { WorkerCounts } from "./harness.ts";
import type { PlannedRequest } from "./plan.ts";

/** What a user saw of a flag. */
export interface Decision {
  readonly user: string;
  readonly flag: string;
  readonly value: string;
}

/** What sending the requests gave. */
export interface Visits {
  /** Requests that were answered as they should be. */
  readonly served: readonly PlannedRequest[];
  /** Those that were not, with what happened instead. */
  readonly failures: readonly string[];
  /** Distinct decisions: one for each user, flag and value. */
  readonly decisions: readonly Decision[];
}

/** Sends the requests, `width` at a time, and tells `onProgress` how many are answered. */
export async function sendVisits(
  worker: Worker,
  plan: readonly PlannedRequest[],
  width: number,
  onProgress: (answered: number) => Promise<void> | void,
): Promise<Visits> {
  const served: PlannedRequest[] = [];
  const failures: string[] = [];
  const decisions = new Map<string, Decision>();
  const queue = plan.values();
  const sendOne = async (request: PlannedRequest) => {
    const { status, body } = await visit(worker, request);
    const isExpected = request.status === undefined
      ? status >= 200 && status <= 299
      : status === request.status;
    if (!isExpected) {
      failures.push(
        `${request.method} ${request.path} by ${request.user}: status ${status}`,
      );
      return;
    }
    served.push(request);
    for (const [flag, value] of readDecisions(request, body)) {
      const decision = { user: request.user, flag, value };
      decisions.set(JSON.stringify(decision), decision);
    }
  };
  const work = async () => {
    // One iterator for all: each takes the next request that is left.
    for (const request of queue) {
      await sendOne(request).catch((error) =>
        failures.push(`${request.method} ${request.path}: ${error}`)
      );
      await onProgress(served.length + failures.length);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return { served, failures, decisions: [...decisions.values()] };
}

async function visit(
  worker: Worker,
  { user, method, path, body }: PlannedRequest,
): Promise<{
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}> {
  const response = await worker.fetch(path, {
    method,
    headers: { cookie: `visitor=${user}` },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return {
    status: response.status,
    body: response.ok
      ? await response.json()
      : await response.body?.cancel() ?? {},
  };
}

/** The flags that the page shows. */
function readDecisions(
  { path }: PlannedRequest,
  body: Readonly<Record<string, unknown>>,
): readonly (readonly [flag: string, value: string])[] {
  if (path === "/") {
    return [["new-navigation", String(body["navigation"] === "new")]];
  }
  if (path.startsWith("/product/")) {
    return [["product-offer", String(body["offer"])]];
  }
  return [];
}

/** Asks the Worker's harness. */
export async function askHarness(
  worker: Worker,
  page: "counts" | "reload",
): Promise<WorkerCounts> {
  return await (await worker.fetch(`/__demo/${page}`)).json();
}

/** Waits until every promise that the Worker gave to `waitUntil` has settled, at most `limitMs`. */
export async function waitUntilSettled(
  worker: Worker,
  limitMs: number,
  onProgress: (counts: WorkerCounts) => void,
): Promise<WorkerCounts> {
  const end = performance.now() + limitMs;
  let counts = await askHarness(worker, "counts");
  while (counts.pending > 0 && performance.now() < end) {
    onProgress(counts);
    await new Promise((resolve) => setTimeout(resolve, 100));
    counts = await askHarness(worker, "counts");
  }
  onProgress(counts);
  return counts;
}
