import { env } from "cloudflare:workers";
import { fromEnv, PostHog } from "edgehog";

const { apiKey, ...options } = fromEnv(env);

/** One client for all requests of the isolate. Building it here does nothing yet: no request, no timer. */
export const posthog: PostHog = new PostHog(apiKey, options);
