import { drawUnit } from "../../../src/core/random.ts";
import { createSeededRandom } from "../../../src/testing/seeded_random.ts";

/** What a fleet is like. Moments and spans in ms, from the beginning of the simulation. */
export interface FleetOptions {
  /** Isolates that live at a time. */
  readonly isolates: number;
  /** How long the simulation runs. */
  readonly durationMs: number;
  /** When the flag is changed. */
  readonly changeAt: number;
  /** `featureFlagsPollingInterval`, and the cache's interval. */
  readonly intervalMs: number;
  /** By when the fleet has its size. */
  readonly rampMs: number;
  /** The mean of an isolate's life, which is drawn from an exponential distribution; `Infinity`: none dies. */
  readonly meanLifeMs: number;
  /** Requests a second of the least and the most visited isolate; rates between are even on a logarithmic scale. */
  readonly requestsPerSecond: readonly [least: number, most: number];
  /** Where isolates are; each place has its own view of KV. */
  readonly places: number;
  /** How long a write to KV may stay unseen at other places. */
  readonly kvDelayMs: number;
  /** What KV takes no write of: nothing, the definitions (as when they are too large), or anything. */
  readonly kvRefuses: "nothing" | "definitions" | "everything";
  /** The most by which an isolate's clock is wrong, in either direction. */
  readonly skewMs: number;
  /** What all randomness comes from. */
  readonly seed: number;
}

/** The fleet of the figures: 1,000 isolates for ten minutes, at 30 s. */
export const DEFAULT_FLEET: FleetOptions = {
  isolates: 1000,
  durationMs: 600_000,
  changeAt: 300_000,
  intervalMs: 30_000,
  rampMs: 60_000,
  meanLifeMs: 600_000,
  requestsPerSecond: [0.2, 1],
  places: 1,
  kvDelayMs: 60_000,
  kvRefuses: "nothing",
  skewMs: 0,
  seed: 1,
};

/** The life of one isolate. */
export interface IsolatePlan {
  /** When its first request arrives, in ms from the beginning. */
  readonly bornAt: number;
  /** When it ends, without notice. */
  readonly diesAt: number;
  /** Its requests are a Poisson process of this rate. */
  readonly requestsPerSecond: number;
  /** Where it is, from 0. */
  readonly place: number;
  /** How much its clock is ahead. */
  readonly skewMs: number;
  /** The seed of its randomness. */
  readonly seed: number;
}

/**
 * Draws the isolates of a fleet. They come one after another, ever faster, as a deployment is rolled out: the
 * number of isolates grows with the square of time until `rampMs`. One that dies is replaced at once.
 */
export function drawFleet(options: FleetOptions): readonly IsolatePlan[] {
  const { isolates, durationMs, rampMs, meanLifeMs, places, skewMs, seed } =
    options;
  const [least, most] = options.requestsPerSecond;
  const draw = createDraw(seed);
  const drawSkew = createDraw(seed ^ 0x2545f491);
  const plans: IsolatePlan[] = [];
  for (let slot = 0; slot < isolates; slot++) {
    let bornAt = Math.round(rampMs * Math.sqrt(slot / isolates));
    while (bornAt < durationMs) {
      const diesAt = bornAt + Math.ceil(drawExponential(draw, meanLifeMs));
      plans.push({
        bornAt,
        diesAt,
        requestsPerSecond: least * (most / least) ** draw(),
        place: slot % places,
        skewMs: Math.round(skewMs * (2 * drawSkew() - 1)),
        seed: Math.floor(draw() * 2 ** 32),
      });
      bornAt = diesAt;
    }
  }
  return plans;
}

/** Creates a source of uniform numbers in [0, 1). */
export function createDraw(seed: number): () => number {
  const random = createSeededRandom(seed);
  return () => drawUnit(random);
}

/** Draws from an exponential distribution. */
export function drawExponential(draw: () => number, mean: number): number {
  return -Math.log(1 - draw()) * mean;
}
