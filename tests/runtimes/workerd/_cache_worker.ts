import { type FlagDefinitionCache, PostHog } from "edgehog";
import { cacheApiCache } from "edgehog/caches/cache-api";
import {
  type KvNamespaceLike,
  workersKvCache,
} from "edgehog/caches/workers-kv";
import { env } from "cloudflare:workers";

interface Env {
  readonly POSTHOG_HOST: string;
  readonly CACHE: "kv" | "cache-api";
  readonly FLAGS: KvNamespaceLike;
}

interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

const { POSTHOG_HOST: host, CACHE: kind }: Env = env;

/** What the application says it is: the tests move it on, since nothing here may wait for minutes. */
let skippedMs = 0;
const now = () => Date.now() + skippedMs;

function createCache(namespace: () => KvNamespaceLike): FlagDefinitionCache {
  // A first load of another isolate is waited for in turns of the event loop: here it has come, or never does.
  const seams = { now, sleep: () => Promise.resolve() };
  return kind === "cache-api"
    ? cacheApiCache(() => caches.open("edgehog"), {
      url: "https://shop.example/edgehog",
      ...seams,
    })
    : workersKvCache(namespace, seams);
}

function createClient(
  personalApiKey: string | undefined,
  flagDefinitionCache: FlagDefinitionCache,
  options: ConstructorParameters<typeof PostHog>[1] = {},
): PostHog {
  return new PostHog("phc_x", {
    host,
    personalApiKey,
    flagDefinitionCache,
    now,
    sendFeatureFlagEvent: false,
    disableSingletonWarning: true,
    ...options,
  });
}

/** A client with a cache of its own stands for an isolate; this one is made at module scope. */
const isolates = new Map<string, PostHog>([
  ["module", createClient("phx_1", createCache(() => env.FLAGS))],
]);

/** Isolates without a key have names that begin with `reader`; the cache of `hanging` never answers. */
function findIsolate(name: string): PostHog {
  let client = isolates.get(name);
  if (!client) {
    client = name === "hanging" ? createHangingClient() : createClient(
      name.startsWith("reader") ? undefined : "phx_1",
      createCache(() => env.FLAGS),
      { strictLocalEvaluation: true },
    );
    isolates.set(name, client);
  }
  return client;
}

/** Its bounds are a twentieth of what they are, so that the test need not wait for them. */
function createHangingClient(): PostHog {
  const hang = () => new Promise<never>(() => {});
  return createClient(
    "phx_1",
    createCache(() => ({ getWithMetadata: hang, put: hang })),
    {
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          const timer = setTimeout(resolve, ms <= 3000 ? ms / 20 : ms);
          signal?.addEventListener("abort", () => clearTimeout(timer));
        }),
    },
  );
}

let evaluations = 0;

/**
 * `/evaluate` answers with a flag once all is done that the evaluation has begun; `/lose` ends as soon as the server has
 * got a request, in the middle of its load; `/skip` moves time on.
 */
async function respond(request: Request, ctx: Context): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const posthog = findIsolate(searchParams.get("isolate") ?? "module");
  if (pathname === "/skip") {
    skippedMs += Number(searchParams.get("ms"));
    return Response.json({ skippedMs });
  }
  const begun: Promise<unknown>[] = [];
  const isLost = pathname === "/lose";
  const scope = posthog.forRequest(request, {
    waitUntil(promise) {
      begun.push(promise);
      if (!isLost) ctx.waitUntil(promise);
    },
  }, { distinctId: "user-1" });
  const evaluation = scope.evaluateFlags();
  evaluations++;
  if (isLost) {
    await ask("/heard");
    return Response.json("lost");
  }
  if (evaluations === 10) await ask("/ten");
  const flags = await evaluation;
  const { value, source } = flags.detail("greeting", "");
  await Promise.all(begun);
  return Response.json({ value, source });
}

async function ask(path: string): Promise<void> {
  const response = await fetch(`${host}${path}`);
  await response.body?.cancel();
}

export default {
  fetch: (request: Request, _env: unknown, ctx: Context): Promise<Response> =>
    respond(request, ctx),
};
