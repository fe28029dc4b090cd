import { env } from "cloudflare:workers";
import { type FlagDefinitionCache, memoryCache, PostHog } from "edgehog";

/** What the application says it is: the test moves it on, since nothing here may wait half a minute. */
let skippedMs = 0;

/** Each wait that the client began, in ms. */
const waits: number[] = [];

const now = () => Date.now() + skippedMs;
const hang = () => new Promise<never>(() => {});

const CACHES: Record<string, FlagDefinitionCache | undefined> = {
  memory: memoryCache({ now }),
  hanging: {
    getFlagDefinitions: hang,
    shouldFetchFlagDefinitions: hang,
    onFlagDefinitionsReceived: hang,
    shutdown: hang,
  },
};

/** The bound of a call of the cache, over at once. All other waits take their time. */
const CALL_TIMEOUT_MS = 2000;

const posthog = new PostHog("phc_x", {
  host: env.POSTHOG_HOST,
  personalApiKey: "phx_1",
  strictLocalEvaluation: true,
  sendFeatureFlagEvent: false,
  flagDefinitionCache: CACHES[env.CACHE],
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  now,
  sleep(ms, signal) {
    waits.push(ms);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms === CALL_TIMEOUT_MS ? 1 : ms);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  },
});

/**
 * `/lose` begins a cold evaluation and ends as soon as the server has heard of it; `/skip` moves the time on; `/bare`
 * evaluates on the client itself, which nothing keeps alive, and ends with its answer; all else evaluates, and ends when
 * what it handed to `waitUntil` has.
 */
async function respond(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const kept: Promise<unknown>[] = [];
  const hog = posthog.forRequest(
    request,
    { waitUntil: (promise: Promise<unknown>) => void kept.push(promise) },
    { distinctId: "user-1" },
  );
  if (pathname === "/skip") {
    skippedMs += Number(searchParams.get("ms"));
    return Response.json({});
  }
  if (pathname === "/bare") {
    const flags = await posthog.evaluateFlags("user-1");
    return Response.json({ pricing: flags.getFlag("pricing") });
  }
  const evaluation = hog.evaluateFlags();
  if (pathname === "/lose") {
    const heard = await fetch(`${env.POSTHOG_HOST}/heard`);
    await heard.body?.cancel();
    return Response.json({});
  }
  const pricing = (await evaluation).getFlag("pricing");
  await Promise.all(kept);
  return Response.json({ pricing, waits });
}

export default {
  fetch: (request: Request): Promise<Response> => respond(request),
};
