import type { Library } from "./samples.ts";
import { runTurn } from "./turn.ts";
import { createWorks, type Work } from "./works.ts";

/** What a handler is asked to do. */
export interface WorkerTask {
  /** A work; undefined asks for all their names. */
  readonly name?: string;
  readonly count: number;
  readonly passes: number;
  readonly turns: number;
}

/** What the Worker prints at the two ends of what is measured, since no clock of its own goes on in between. */
export const MARKS = { start: "<measure>", end: "</measure>" } as const;

/** What the last turn's calls have returned. */
let kept: readonly unknown[] = [];

// deno-lint-ignore no-console -- workerd writes it at once, so that it can be timed from outside
const mark = (text: string) => console.log(text);

async function runTask(
  works: readonly Work[],
  { name, count, passes, turns }: WorkerTask,
): Promise<readonly string[]> {
  kept = [];
  const work = works.find((candidate) => candidate.name === name);
  if (work === undefined) return works.map(({ name }) => name);
  for (let turn = 0; turn < turns; turn++) {
    kept = await runTurn(work, {
      count,
      passes,
      onStart: () => mark(MARKS.start),
      onEnd: () => mark(MARKS.end),
    });
  }
  return [`${kept.length}`];
}

/** A Worker that runs turns of the work that a POST asks for; a GET does nothing. */
export function main(
  library: Library,
): { fetch(request: Request): Promise<Response> } {
  return {
    async fetch(request) {
      if (request.method === "GET") return new Response("");
      const task: WorkerTask = await request.json();
      // Made for each request: a promise of posthog-node's from another one would never settle.
      return Response.json(await runTask(await createWorks(library), task));
    },
  };
}
