import { env } from "cloudflare:workers";
import {
  type ExecutionContextLike,
  flagChangeWebhook,
  fromEnv,
  PostHog,
  refreshFlagDefinitions,
} from "edgehog";
import { workersKvCache } from "edgehog/caches/workers-kv";

const { apiKey, personalApiKey, ...options } = fromEnv(env);
const flagDefinitionCache = workersKvCache(() => env.FLAGS);

/** Answers visitors. Without a personal API key it reads KV alone and never asks PostHog for definitions. */
const posthog = new PostHog(apiKey, { ...options, flagDefinitionCache });

/** Keeps KV up to date: the one client with the key. */
const warmer = new PostHog(apiKey, {
  ...options,
  personalApiKey,
  flagDefinitionCache,
  disableSingletonWarning: true,
});

const handleFlagChange = flagChangeWebhook(warmer, {
  secret: env.FLAG_WEBHOOK_SECRET,
});

export default {
  fetch(
    request: Request,
    _env: unknown,
    ctx: ExecutionContextLike,
  ): Promise<Response> {
    return new URL(request.url).pathname === "/hooks/flags"
      ? handleFlagChange(request)
      : showShop(request, ctx);
  },
  scheduled: (): Promise<void> => keepWarm(),
};

async function showShop(
  request: Request,
  ctx: ExecutionContextLike,
): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const distinctId = searchParams.get("visitor") ?? "anonymous";
  const hog = posthog.forRequest(request, ctx, { distinctId });
  const flags = await hog.evaluateFlags();
  const navigation = flags.isEnabled("new-navigation") ? "new" : "classic";
  return Response.json({ navigation });
}

async function keepWarm(): Promise<void> {
  const result = await refreshFlagDefinitions(warmer);
  // The run then counts as failed in Cloudflare's dashboard.
  if (result.kind === "failed") throw new Error(result.reason);
}
