import process from "node:process";
import { type Figure, median, ROUNDS } from "./figures.ts";
import { measureHeap, openHeap } from "./heap.ts";
import { createLoadWorks } from "./load_works.ts";
import type { Library } from "./samples.ts";
import { runTurn } from "./turn.ts";
import { createWorks, type Work } from "./works.ts";

/** Calls of one measured turn. */
const CALLS = 250;

/** What one work is measured for in one round, at least: without what is prepared and settled. */
const ROUND_MS = 25;

/** Turns of one work in one round, at least, and at most of what takes next to nothing. */
const MIN_TURNS = 12;
const MAX_TURNS = 200;

/** Where a turn takes long, a round ends after so many turns, or when it is so long. */
const MIN_LONG_TURNS = 3;
const LONG_ROUND_MS = 250;

/** Nanoseconds of one call: the median of turns. Not by mitata, which can't leave the sends out of what it measures. */
async function time(work: Work): Promise<number> {
  const turns: number[] = [];
  let measuredMs = 0;
  const { count = CALLS } = work;
  const isOver = () =>
    measuredMs >= LONG_ROUND_MS
      ? turns.length >= MIN_LONG_TURNS
      : turns.length >= MIN_TURNS && measuredMs >= ROUND_MS;
  while (!isOver()) {
    let startedAt = 0;
    let endedAt = 0;
    await runTurn(work, {
      count,
      onStart: () => startedAt = performance.now(),
      onEnd: () => endedAt = performance.now(),
    });
    turns.push(endedAt - startedAt);
    measuredMs += Math.max(endedAt - startedAt, ROUND_MS / MAX_TURNS);
  }
  return median(turns) * 1e6 / count;
}

async function timeAll(works: readonly Work[]): Promise<readonly Figure[]> {
  const figures = works.map(({ name }) => ({ name, ns: [] as number[] }));
  // A round that does not count: by its end everything is compiled.
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, work] of works.entries()) {
      const ns = await time(work);
      if (round >= 0) figures[index]?.ns.push(ns);
    }
  }
  return figures;
}

async function measureHeaps(
  works: readonly Work[],
): Promise<readonly Figure[]> {
  const heap = await openHeap();
  const figures: Figure[] = [];
  for (const work of works) {
    const { name } = work;
    figures.push({ name, ns: [], ...await measureHeap(work, heap) });
  }
  return figures;
}

/** What the arguments ask for: `requests`, `loads` or both; each begins with a work that does nothing. */
async function chooseWorks(library: Library): Promise<readonly Work[]> {
  const works = await createWorks(library);
  const { argv } = process;
  return [
    ...argv.includes("requests") ? works : works.slice(0, 1),
    ...argv.includes("loads") ? createLoadWorks(library) : [],
  ];
}

/** Measures in a process of its own, and prints the figures as one line of JSON: `time` or `heap`. */
export async function main(library: Library): Promise<void> {
  const works = await chooseWorks(library);
  const isHeap = process.argv.includes("heap");
  const figures = isHeap ? await measureHeaps(works) : await timeAll(works);
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit());
}
