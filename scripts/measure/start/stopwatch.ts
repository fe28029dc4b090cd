import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { MARKS } from "./worker_main.ts";

/** Times what another process marks on its standard output. */
export interface Stopwatch {
  /** Reads a process's streams. Bound; given to Miniflare. */
  readonly listen: (stdout: Readable, stderr: Readable) => void;
  /** Forgets what was marked so far. */
  readonly reset: () => void;
  /** Waits for so many marked spans, and gives the milliseconds of each. */
  readonly read: (count: number) => Promise<readonly number[]>;
}

/** How long a mark may take from the pipe to us. */
const PATIENCE_MS = 1_000;

/** Times by the moment at which a mark arrives. */
export function createStopwatch(): Stopwatch {
  let startedAt: number | undefined;
  let spans: number[] = [];
  const hear = (text: string) => {
    const now = performance.now();
    for (const line of text.split("\n")) {
      if (line === MARKS.start) startedAt = now;
      if (line === MARKS.end && startedAt !== undefined) {
        spans.push(now - startedAt);
      }
    }
  };
  return {
    listen: (stdout, stderr) => {
      stdout.setEncoding("utf8").on("data", hear);
      stderr.setEncoding("utf8").on("data", (text) => {
        throw new Error(`workerd: ${text}`);
      });
    },
    reset: () => {
      startedAt = undefined;
      spans = [];
    },
    read: async (count) => {
      const until = performance.now() + PATIENCE_MS;
      while (spans.length < count && performance.now() < until) {
        await setTimeout(1);
      }
      return spans;
    },
  };
}
