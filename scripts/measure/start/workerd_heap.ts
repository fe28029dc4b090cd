import type { Worker } from "../../../tests/_kit/workerd.ts";

/** The heap of a Worker's isolate, by the protocol of V8's debugger. */
export interface WorkerHeap extends Disposable {
  /** Collects all garbage, and resolves to the bytes that are left. */
  readonly measure: () => Promise<number>;
}

interface Target {
  readonly id: string;
  readonly webSocketDebuggerUrl: string;
}

/** Requests that a collection may take to begin. */
const MAX_NUDGES = 1_000;

/** workerd collects when its isolate next runs: requests make it run. They must change nothing about what is kept. */
async function nudge(worker: Worker, collected: Promise<unknown>) {
  let isCollected = false;
  collected.then(() => isCollected = true);
  for (let count = 0; !isCollected; count++) {
    if (count === MAX_NUDGES) throw new Error("workerd collects no garbage");
    await (await worker.fetch("/")).text();
  }
}

/** Opens the heap of a Worker that was started with an `inspectorPort`. */
export async function openWorkerHeap(worker: Worker): Promise<WorkerHeap> {
  const inspector = await worker.miniflare.getInspectorURL();
  const response = await fetch(`http://${inspector.host}/json/list`);
  const targets: readonly Target[] = await response.json();
  const target = targets.find(({ id }) => id.startsWith("core:user:"));
  if (target === undefined) throw new Error("workerd names no such Worker");
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  let lastId = 0;
  const call = (method: string) => {
    const id = ++lastId;
    const answer = new Promise<{ usedSize: number }>((resolve) => {
      socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(data);
        if (message.id === id) resolve(message.result);
      });
    });
    socket.send(JSON.stringify({ id, method }));
    return answer;
  };
  return {
    measure: async () => {
      await nudge(worker, call("HeapProfiler.collectGarbage"));
      return (await call("Runtime.getHeapUsage")).usedSize;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}
