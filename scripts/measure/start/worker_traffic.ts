import { buildModule } from "./build.ts";
import { buildDefinitions } from "./definitions.ts";
import { median } from "./figures.ts";
import { type Loopback, serveLoopback } from "./loopback.ts";
import { formatBound, formatNumber, formatTable } from "./markdown.ts";
import { startWorkerProcess, type WorkerProcess } from "./worker_process.ts";
import { buildTraffic, EMPTY } from "./workers.ts";

/** Requests that are measured, in rounds of which the Workers take turns; one more round before warms them up. */
const REQUESTS = 3_000;
const ROUNDS = 3;

/** Whose requests they are, in turn. */
const PEOPLE = 500;

/** Requests at a time. */
const CONNECTIONS = 8;

/** All events have arrived when none has for so long. */
const QUIET_MS = 250;

/** CPU of one request in ms, delivery included. */
async function measureRound(
  worker: WorkerProcess,
  loopback: Loopback,
): Promise<number> {
  const count = REQUESTS / ROUNDS;
  const before = await worker.readCpuMs();
  let next = 0;
  const send = async () => {
    while (next < count) await worker.fetch(`/?user=user-${next++ % PEOPLE}`);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, send));
  let arrived: number;
  do {
    arrived = loopback.batches;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  } while (arrived < loopback.batches);
  return (await worker.readCpuMs() - before) / count;
}

/** Makes the table of what a warm Worker's requests take of CPU. */
export async function measureTraffic(): Promise<readonly string[]> {
  await using loopback = serveLoopback();
  const { name, edgehog, posthogNode, maxShare } = buildTraffic(
    loopback.url,
    buildDefinitions(100),
  );
  await using stack = new AsyncDisposableStack();
  const workers: WorkerProcess[] = [];
  for (const code of [EMPTY, edgehog, posthogNode]) {
    const worker = await startWorkerProcess(buildModule(code, "workerd"));
    workers.push(stack.use(worker));
  }
  const samples = workers.map(() => [] as number[]);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, worker] of workers.entries()) {
      const cpu = await measureRound(worker, loopback);
      if (round >= 0) samples[index]?.push(cpu);
    }
  }
  const [empty = NaN, own = NaN, other = NaN] = samples.map(median);
  const share = (own - empty) / (other - empty);
  const head = [
    `${REQUESTS} requests to a warm workerd`,
    "ms of CPU a request",
    "ms of posthog-node",
    "× posthog-node",
    "bound",
  ];
  return [
    ...formatTable(head, [[
      name,
      formatNumber(own - empty, 3),
      formatNumber(other - empty, 3),
      formatNumber(share, 2),
      formatBound(share, maxShare, "× posthog-node"),
    ]]),
    "",
    `Less an empty Worker's ${empty.toFixed(3)} ms.`,
  ];
}
