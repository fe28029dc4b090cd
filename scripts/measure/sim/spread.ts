import type { IsolatePlan } from "./fleet_plan.ts";

/** How a change spreads: who answers with the new value, of those who live. Moments in ms from the beginning. */
export interface Spread {
  /** Notes an answer. */
  answer(number: number, at: number, isNew: boolean): void;
  /** The share of living isolates whose last answer was new, second by second. */
  series(durationMs: number): readonly SpreadPoint[];
  /**
   * From when on at least `share` of the living isolates had the new value as their last answer, in ms after the
   * change; undefined when that was not reached.
   */
  reachedMs(share: number, durationMs: number): number | undefined;
  /** Isolates that went back to the old value. */
  readonly relapses: number;
}

/** The share at one moment. */
export interface SpreadPoint {
  /** The moment. */
  readonly at: number;
  /** From 0 to 1. */
  readonly share: number;
}

/** A moment at which a count changes. */
interface Step {
  readonly at: number;
  readonly living: number;
  readonly seeing: number;
}

/** Creates a {@linkcode Spread} of a change at `changeAt`. An isolate counts from its first answer. */
export function createSpread(
  plans: readonly IsolatePlan[],
  changeAt: number,
): Spread {
  const last = new Map<number, boolean>();
  const steps: Step[] = [];
  let relapses = 0;

  /** Counts the isolate as `living` and `seeing` from `at` to its end. */
  const count = (
    number: number,
    at: number,
    { living, seeing }: Omit<Step, "at">,
  ) => {
    const diesAt = plans[number]?.diesAt ?? Infinity;
    if (at >= diesAt) return;
    steps.push({ at, living, seeing });
    steps.push({ at: diesAt, living: -living, seeing: -seeing });
  };

  const walk = function* (durationMs: number): Generator<SpreadPoint> {
    const sorted = steps.toSorted((a, b) => a.at - b.at);
    let living = 0;
    let seeing = 0;
    for (const [index, step] of sorted.entries()) {
      if (step.at > durationMs) return;
      living += step.living;
      seeing += step.seeing;
      if (sorted[index + 1]?.at === step.at) continue;
      yield { at: step.at, share: living === 0 ? 0 : seeing / living };
    }
  };

  return {
    answer(number, at, isNew) {
      const before = last.get(number);
      if (before === isNew) return;
      last.set(number, isNew);
      if (before) relapses++;
      const change = isNew ? 1 : before ? -1 : 0;
      count(number, at, {
        living: before === undefined ? 1 : 0,
        seeing: change,
      });
    },
    series(durationMs) {
      const points: SpreadPoint[] = [];
      let share = 0;
      const fill = (end: number) => {
        while (points.length * 1000 < end) {
          points.push({ at: points.length * 1000, share });
        }
      };
      for (const point of walk(durationMs)) {
        fill(point.at);
        share = point.share;
      }
      fill(durationMs + 1);
      return points;
    },
    reachedMs(share, durationMs) {
      let reachedAt: number | undefined;
      for (const point of walk(durationMs)) {
        if (point.share < share) reachedAt = undefined;
        else reachedAt ??= point.at;
      }
      return reachedAt === undefined ? undefined : reachedAt - changeAt;
    },
    get relapses() {
      return relapses;
    },
  };
}
