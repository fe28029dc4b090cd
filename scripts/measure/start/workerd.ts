import type { MiniflareOptions } from "miniflare";
import { createWorker, type Worker } from "../../../tests/_kit/workerd.ts";
import { buildBundle } from "./build.ts";
import { type Figure, median, ROUNDS } from "./figures.ts";
import { createStopwatch, type Stopwatch } from "./stopwatch.ts";
import type { WorkerTask } from "./worker_main.ts";
import { openWorkerHeap } from "./workerd_heap.ts";
import { NAMES } from "./works.ts";

/** Calls that are made ready for a turn; they are made again in further passes. */
const CALLS = 500;

/** A turn takes at least so long: the marks of its ends arrive a tenth of a millisecond late. */
const TURN_MS = 20;

/** Of what is made and kept, more would fill the isolate. */
const MAX_PASSES = 256;

/** The same where each call starts timers, of which a Worker may have 10,000. */
const MAX_TIMED_PASSES = 8;

/** What starts timers. */
const TIMED: readonly string[] = [
  NAMES.capture,
  NAMES.first,
  NAMES.otherConstruction,
  NAMES.otherFirst,
];

/** Turns of one request: the first may still compile. */
const TURNS = 5;

/** What can be kept from one request to the next: of what sends, the sends would be over by then. */
const KEPT: readonly string[] = [
  NAMES.nothing,
  NAMES.requestFloor,
  NAMES.eventFloor,
  NAMES.construction,
  NAMES.kernel,
  NAMES.scope,
];

/** Measures inside of workerd, from outside of it. What is allocated by the way can't be measured like that. */
export async function measureInWorkerd(): Promise<readonly Figure[]> {
  const figures = await timeAll();
  const bytes = await measureHeaps(figures.map(({ name }) => name));
  return figures.map((figure) => ({
    ...figure,
    keptBytes: bytes.get(figure.name),
  }));
}

async function startWorker(
  options: Partial<MiniflareOptions>,
): Promise<Worker> {
  const contents = buildBundle("worker_main");
  return await createWorker({
    script: contents,
    miniflare: {
      ...options,
      // As a module of a list, in which Miniflare does not look for imports: posthog-node has one that it may go without.
      modules: [{ type: "ESModule", path: "main.mjs", contents }],
    },
  });
}

async function timeAll(): Promise<readonly Figure[]> {
  const stopwatch = createStopwatch();
  await using worker = await startWorker({
    handleRuntimeStdio: stopwatch.listen,
  });
  const names = await runTask(worker, { count: 0, passes: 0, turns: 0 });
  const figures = names.map((name) => ({ name, ns: [] as number[] }));
  const passes = new Map<string, number>();
  for (const name of names) {
    passes.set(name, await calibrate(worker, stopwatch, name));
  }
  // A round that does not count: by its end everything is compiled.
  for (let round = -1; round < ROUNDS; round++) {
    for (const { name, ns } of figures) {
      const call = await time(worker, stopwatch, name, passes.get(name) ?? 1);
      if (round >= 0) ns.push(call);
    }
  }
  return figures;
}

/** Bytes that a call's result holds, by name: what is there with the calls less what is there without them. */
async function measureHeaps(
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  await using worker = await startWorker({
    inspectorPort: 0,
    handleRuntimeStdio: createStopwatch().listen,
  });
  using heap = await openWorkerHeap(worker);
  const measure = async (name: string, passes: number) => {
    await runTask(worker, { name, count: CALLS, passes, turns: 1 });
    return await heap.measure();
  };
  const bytes = new Map<string, number>();
  for (const name of names.filter((name) => KEPT.includes(name))) {
    // The first time compiles, and fills caches.
    await measure(name, 1);
    const without = await measure(name, 0);
    bytes.set(name, (await measure(name, 1) - without) / CALLS);
  }
  return bytes;
}

/** The passes that make a turn long enough. What is compiled by the way is so for all that follows. */
async function calibrate(
  worker: Worker,
  stopwatch: Stopwatch,
  name: string,
): Promise<number> {
  const most = TIMED.includes(name) ? MAX_TIMED_PASSES : MAX_PASSES;
  let passes = 1;
  while (passes < most) {
    const ns = await time(worker, stopwatch, name, passes);
    if (ns * passes * CALLS >= TURN_MS * 1e6) break;
    passes *= 2;
  }
  return passes;
}

/** Nanoseconds of one call: the median of a request's turns. */
async function time(
  worker: Worker,
  stopwatch: Stopwatch,
  name: string,
  passes: number,
): Promise<number> {
  stopwatch.reset();
  await runTask(worker, { name, count: CALLS, passes, turns: TURNS });
  return median(await stopwatch.read(TURNS)) * 1e6 / (CALLS * passes);
}

async function runTask(
  worker: Worker,
  task: WorkerTask,
): Promise<readonly string[]> {
  const body = JSON.stringify(task);
  const response = await worker.fetch("/", { method: "POST", body });
  if (!response.ok) throw new Error(await response.text());
  return await response.json();
}
