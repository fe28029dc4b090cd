// worker.ts: Cloudflare Workers
import { env } from "cloudflare:workers";
import { fromEnv, PostHog } from "edgehog";
const { apiKey, ...options } = fromEnv(env);
const posthog = new PostHog(apiKey, options); // does nothing yet
export default {
  async fetch(request, _env, ctx) {
    const hog = posthog.forRequest(request, ctx, { distinctId: "user-1" });
    const flags = await hog.evaluateFlags();
    hog.capture({ event: "page viewed", flags }); // sent under ctx.waitUntil
    return new Response(flags.isEnabled("new-nav") ? "new" : "classic");
  },
} satisfies ExportedHandler;
