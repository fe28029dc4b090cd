import { createRequire } from "node:module";
import { findFreePort } from "../../../tests/_kit/free_port.ts";
import { COMPATIBILITY_DATE } from "../../../tests/_kit/workerd.ts";

/** A workerd of its own, without Miniflare's Workers around the one that is measured. `await using` ends it. */
export interface WorkerProcess extends AsyncDisposable {
  /** Sends a request, and reads its answer to the end. */
  fetch(path: string): Promise<void>;
  /** What the process has taken so far, all threads together, in ms of CPU. */
  readCpuMs(): Promise<number>;
}

/** A clock tick of the kernel's, in ms: what it counts CPU in where it tells nothing finer. */
const TICK_MS = 10;

/** How long a Worker may take to listen. */
const PATIENCE_MS = 10_000;

/** The program that Miniflare runs. */
function findWorkerd(): string {
  const require = createRequire(import.meta.url);
  return createRequire(require.resolve("miniflare"))("workerd").default;
}

function buildConfig(port: number): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "main.mjs", esModule = embed "main.mjs")],
      compatibilityDate = "${COMPATIBILITY_DATE}",
      globalOutbound = "loopback",
    )),
    (name = "loopback", network = (allow = ["private"])),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:${port}", http = (), service = "main"),
  ],
);
`;
}

/** The scheduler counts to the nanosecond, thread by thread; without its word the process's ticks count. */
async function readCpuMs(pid: number): Promise<number> {
  try {
    let sum = 0;
    for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
      const text = await Deno.readTextFile(`/proc/${pid}/task/${name}/sched`);
      sum += Number(/sum_exec_runtime\s*:\s*([\d.]+)/.exec(text)?.[1]);
    }
    if (!Number.isNaN(sum)) return sum;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // Behind the name, which may have blanks in it: `utime` and `stime` are the 14th and 15th of all.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Waits until somebody listens. A look costs the process nothing before it does. */
async function waitForPort(port: number): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** Starts a Worker of one module, whose requests may go to loopback. */
export async function startWorkerProcess(
  script: string,
): Promise<WorkerProcess> {
  const directory = await Deno.makeTempDir();
  const port = findFreePort();
  await Deno.writeTextFile(`${directory}/main.mjs`, script);
  await Deno.writeTextFile(`${directory}/main.capnp`, buildConfig(port));
  const child = new Deno.Command(findWorkerd(), {
    args: ["serve", `${directory}/main.capnp`],
    stdin: "null",
  }).spawn();
  const worker: WorkerProcess = {
    fetch: async (path) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`workerd answered: ${text}`);
    },
    readCpuMs: () => readCpuMs(child.pid),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await child.status;
      await Deno.remove(directory, { recursive: true });
    },
  };
  try {
    await waitForPort(port);
    return worker;
  } catch (error) {
    await worker[Symbol.asyncDispose]();
    throw error;
  }
}
