import process from "node:process";
import { fromEnv, PostHog, refreshFlagDefinitions } from "edgehog";
import { redisRestCache } from "edgehog/caches/redis-rest";

const { apiKey, ...options } = fromEnv(process.env);
const posthog = new PostHog(apiKey, {
  ...options,
  flagDefinitionCache: redisRestCache({
    url: process.env["UPSTASH_REDIS_REST_URL"],
    token: process.env["UPSTASH_REDIS_REST_TOKEN"],
  }),
});

const result = await refreshFlagDefinitions(posthog);
console.log(result.kind); // changed, unchanged or failed
if (result.kind === "failed") {
  process.exitCode = 1;
  posthog.captureException(new Error(result.reason), "cron-refresher");
}
await posthog.shutdown(); // sends the exception, and gives up the lease
