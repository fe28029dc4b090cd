/** What was measured of one work. */
export interface Figure {
  readonly name: string;
  /** Nanoseconds of a call: the median of each round. Rounds of all works take turns. */
  readonly ns: readonly number[];
  /** Bytes of heap that a call's result holds, where that can be measured. */
  readonly keptBytes?: number | undefined;
  /** Bytes of heap that a call takes, garbage included, where that can be measured. */
  readonly allocatedBytes?: number | undefined;
}

/** The middle value; of an even number the upper one of the two. NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Rounds of a run. In each every work has its turn, so that the machine's slower minutes are shared. */
export const ROUNDS = 5;
