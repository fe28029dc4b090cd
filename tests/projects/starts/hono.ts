// hono.ts: Hono, here on Workers; elsewhere pass process.env to fromEnv
import { env } from "cloudflare:workers";
import { fromEnv, PostHog } from "edgehog";
import { posthogMiddleware, type PostHogVariables } from "edgehog/hono";
import { Hono } from "hono";
const { apiKey, ...options } = fromEnv(env);
const app = new Hono<{ Variables: PostHogVariables }>();
app.use(posthogMiddleware(new PostHog(apiKey, options)));
app.get("/", async (c) => {
  c.var.posthog.setContext({ distinctId: "user-1" });
  const flags = await c.var.posthog.evaluateFlags();
  c.var.posthog.capture({ event: "page viewed", flags });
  return c.text(flags.isEnabled("new-nav") ? "new" : "classic");
});
export default app;
