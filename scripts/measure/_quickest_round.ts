import { measure } from "mitata";

/** What else the machine does can only slow a round down. */
const ROUNDS = 3;

/** Nanoseconds of one turn: the median of mitata's samples, of the quickest round. */
export async function timeQuickestRound(
  turn: () => unknown,
): Promise<number> {
  const medians: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    medians.push((await measure(turn)).p50);
  }
  return Math.min(...medians);
}
