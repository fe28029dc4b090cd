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

/** Each round of the whole less the same round of the part. */
export function subtract(
  whole: readonly number[],
  part: readonly number[],
): readonly number[] {
  return whole.map((ns, round) => ns - (part[round] ?? NaN));
}

/** The median of the rounds' ratios: what slows one round down slows both of its sides. */
export function divide(
  ns: readonly number[],
  base: readonly number[],
): number {
  return median(ns.map((own, round) => own / (base[round] ?? NaN)));
}

/** The figures of one run, by the names of works. */
export class Run {
  readonly #figures: ReadonlyMap<string, Figure>;
  readonly #idle: Figure | undefined;

  /** The first figure is of a work that does nothing: what the loop itself takes. */
  constructor(figures: readonly Figure[]) {
    this.#figures = new Map(figures.map((figure) => [figure.name, figure]));
    this.#idle = figures[0];
  }

  /** Nanoseconds of each round, without what the loop itself takes; none where it was not measured. */
  ns(name: string): readonly number[] {
    const own = this.#figures.get(name)?.ns ?? [];
    return subtract(own, this.#idle?.ns ?? []);
  }

  /** Microseconds: the median of the rounds. */
  µs(name: string): number {
    return median(this.ns(name)) / 1_000;
  }

  /** How often the other's time goes into this one's. */
  ratio(name: string, other: string): number {
    return divide(this.ns(name), this.ns(other));
  }

  /** Bytes of a call. */
  bytes(name: string, kind: "keptBytes" | "allocatedBytes"): number {
    const idle = this.#idle?.[kind] ?? NaN;
    return (this.#figures.get(name)?.[kind] ?? NaN) - idle;
  }

  /** Whether that was measured. */
  has(name: string): boolean {
    return this.#figures.has(name);
  }
}
