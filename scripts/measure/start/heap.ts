import process from "node:process";
import { median } from "./figures.ts";
import { runTurn } from "./turn.ts";
import type { Work } from "./works.ts";

/** The heap of this process. */
export interface Heap {
  /** Bytes in use. */
  readonly used: () => number;
  /** Collects all garbage. */
  readonly collect: () => void;
  /** Whether `used` grows with each allocation, and not only when garbage is collected. */
  readonly isExact: boolean;
}

interface BunLike {
  gc(isSynchronous: boolean): void;
}

/** V8 needs `--expose-gc`. */
export async function openHeap(): Promise<Heap> {
  const { Bun, gc } = globalThis as { Bun?: BunLike; gc?: () => void };
  if (Bun !== undefined) {
    // In a variable, so that no other runtime's bundler or checker looks for it.
    const jsc = "bun:jsc";
    const { heapStats } = await import(jsc);
    return {
      used: () => heapStats().heapSize,
      // deno-lint-ignore no-boolean-literal-for-arguments -- Bun's own: it collects before it returns
      collect: () => Bun.gc(true),
      isExact: false,
    };
  }
  if (gc === undefined) throw new Error("The heap needs --expose-gc");
  return {
    used: () => process.memoryUsage().heapUsed,
    collect: gc,
    isExact: true,
  };
}

/** Calls of a turn: enough that what a page of the heap rounds up to is little of it. */
const CALLS = 1_000;

/** The first turns fill caches and compile; the median leaves them out. */
const TURNS = 7;

/** Bytes of one call by the median of several turns. */
export async function measureHeap(
  work: Work,
  heap: Heap,
): Promise<{ keptBytes: number; allocatedBytes: number | undefined }> {
  const kept: number[] = [];
  const allocated: number[] = [];
  const { count = CALLS } = work;
  for (let turn = 0; turn < TURNS; turn++) {
    let before = 0;
    await runTurn(work, {
      count,
      onStart: () => {
        heap.collect();
        before = heap.used();
      },
      onEnd: () => {
        allocated.push((heap.used() - before) / count);
        heap.collect();
        kept.push((heap.used() - before) / count);
      },
    });
  }
  return {
    keptBytes: median(kept),
    allocatedBytes: heap.isExact ? median(allocated) : undefined,
  };
}
