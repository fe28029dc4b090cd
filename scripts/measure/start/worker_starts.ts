import { buildModule } from "./build.ts";
import { median } from "./figures.ts";
import { serveLoopback } from "./loopback.ts";
import { formatBound, formatNumber, formatTable } from "./markdown.ts";
import { startWorkerProcess } from "./worker_process.ts";
import { buildStarts, EMPTY } from "./workers.ts";

/** Fresh processes of each Worker; those of all take turns. */
const STARTS = 31;

/** CPU of a fresh process in ms: its start, the Worker's load and its first request. */
async function measureStart(script: string): Promise<number> {
  await using worker = await startWorkerProcess(script);
  await worker.fetch("/");
  return await worker.readCpuMs();
}

/** Makes the table of what a Worker's start and first request take of CPU. */
export async function measureStarts(): Promise<readonly string[]> {
  await using loopback = serveLoopback();
  const pairs = buildStarts(loopback.url);
  const scripts = [
    EMPTY,
    ...pairs.flatMap(({ edgehog, posthogNode }) => [edgehog, posthogNode]),
  ].map((code) => buildModule(code, "workerd"));
  const samples = scripts.map(() => [] as number[]);
  for (let start = 0; start < STARTS; start++) {
    for (const [index, script] of scripts.entries()) {
      samples[index]?.push(await measureStart(script));
    }
  }
  if (loopback.batches !== STARTS * pairs.length * 2) {
    throw new Error(`${loopback.batches} batches have arrived`);
  }
  const [empty = NaN, ...cpus] = samples.map(median);
  const rows = pairs.map(({ name, maxShare }, index) => {
    const own = (cpus[index * 2] ?? NaN) - empty;
    const other = (cpus[index * 2 + 1] ?? NaN) - empty;
    return [
      name,
      formatNumber(own, 1),
      formatNumber(other, 1),
      formatNumber(own / other, 2),
      formatBound(own / other, maxShare, "× posthog-node"),
    ];
  });
  const head = [
    "a fresh workerd's first request",
    "ms of CPU",
    "ms of posthog-node",
    "× posthog-node",
    "bound",
  ];
  return [
    ...formatTable(head, rows),
    "",
    `Less an empty Worker's ${empty.toFixed(1)} ms; medians of ${STARTS}.`,
  ];
}
