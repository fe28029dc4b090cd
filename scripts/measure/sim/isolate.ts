import { PostHog } from "../../../mod.ts";
import type { FlagDefinitionCache } from "../../../src/core/flag_definition_cache.ts";
import type { Logger } from "../../../src/core/logger.ts";
import { createSeededRandom } from "../../../src/testing/seeded_random.ts";
import { createDraw, drawExponential, type IsolatePlan } from "./fleet_plan.ts";
import { FLAG, type Origin } from "./origin.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** What an isolate runs in. */
export interface IsolateWorld {
  readonly time: VirtualTime;
  readonly origin: Origin;
  /** `featureFlagsPollingInterval`. */
  readonly intervalMs: number;
  /** Whether isolates have a personal API key. */
  readonly hasKey: boolean;
  /** The cache that an isolate shares with others. */
  readonly cacheOf: (plan: IsolatePlan) => FlagDefinitionCache | undefined;
  /** Hears each answer: the flag's value, undefined where there were no definitions. */
  readonly onAnswer: (number: number, value: boolean | undefined) => void;
  /** Hears of each failure, such as a refused write of the cache's. */
  readonly onError: () => void;
}

/** A thousand clients would repeat each other; what they have to say is counted as errors. */
const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Whose client it is. */
export interface ClientPlan {
  /** An isolate's number, or `CRON`. */
  readonly number: number;
  /** The seed of its jitter. */
  readonly seed: number;
  /** How much its clock is ahead, in ms. */
  readonly skewMs: number;
  readonly flagDefinitionCache: FlagDefinitionCache | undefined;
  /** Whether it has a personal API key. */
  readonly hasKey: boolean;
}

/** Creates the client of one isolate, or of a cron trigger. */
export function createClient(
  { time, origin, intervalMs, onError }: IsolateWorld,
  { number, seed, skewMs, flagDefinitionCache, hasKey }: ClientPlan,
): PostHog {
  return new PostHog("phc_simulation", {
    ...(hasKey && { personalApiKey: "phx_simulation" }),
    ...(flagDefinitionCache && { flagDefinitionCache }),
    featureFlagsPollingInterval: intervalMs,
    sendFeatureFlagEvent: false,
    disableSingletonWarning: true,
    logger: SILENT,
    onError,
    fetch: origin.fetchOf(number),
    now: () => time.now() + skewMs,
    sleep: time.sleep,
    random: createSeededRandom(seed),
  });
}

/** Plans the life of an isolate, from its birth to its end, on the world's time. `beginning` in ms since the epoch. */
export function startIsolate(
  world: IsolateWorld,
  plan: IsolatePlan,
  number: number,
  beginning: number,
): void {
  const { time } = world;
  const { bornAt, diesAt, requestsPerSecond, seed, skewMs } = plan;
  const draw = createDraw(seed ^ 0x5bd1e995);
  const end = beginning + diesAt;
  time.at(beginning + bornAt, () => {
    const posthog = createClient(world, {
      number,
      seed,
      skewMs,
      flagDefinitionCache: world.cacheOf(plan),
      hasKey: world.hasKey,
    });
    const serve = () => {
      evaluate(posthog).then((value) => world.onAnswer(number, value));
      const next = time.now() +
        Math.ceil(drawExponential(draw, 1000 / requestsPerSecond));
      // One that has ended begins nothing more. What is under way may end, as under `waitUntil`.
      if (next < end) time.at(next, serve);
    };
    serve();
  });
}

async function evaluate(posthog: PostHog): Promise<boolean | undefined> {
  const flags = await posthog.evaluateFlags("user-1", {
    onlyEvaluateLocally: true,
  });
  const value = flags.getFlag(FLAG);
  return typeof value === "boolean" ? value : undefined;
}
