import type { Work } from "./works.ts";

/** How a turn is run. */
export interface TurnOptions {
  /** How many calls are made ready. */
  readonly count: number;
  /** How often each of them is made. @default 1 */
  readonly passes?: number;
  /** Called right before the first call. */
  readonly onStart: () => void;
  /** Called when what is measured is over, while everything is still kept. */
  readonly onEnd: () => void;
}

/** Runs one turn of a work, between preparing and settling. Resolves to what the last calls returned. */
export async function runTurn(
  work: Work,
  { count, passes = 1, onStart, onEnd }: TurnOptions,
): Promise<readonly unknown[]> {
  // What the turn before has left lives until the event loop has turned.
  await new Promise((resolve) => setTimeout(resolve));
  const kept: unknown[] = new Array(count).fill(undefined);
  work.prepare?.(count);
  onStart();
  for (let pass = 0; pass < passes; pass++) {
    for (let index = 0; index < count; index++) {
      kept[index] = work.call(index);
    }
  }
  // No tick is waited for without need: sends begin in the next one.
  if (work.finish !== undefined) await work.finish();
  onEnd();
  await work.settle?.();
  return kept;
}
