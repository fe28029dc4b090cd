import { env } from "cloudflare:workers";
import { fromEnv, PostHog } from "edgehog";
import { createApp } from "./app.ts";

const { apiKey, ...options } = fromEnv(env);

// On Bun, env is process.env, on Deno Deno.env.toObject(), with Deno.serve(app.fetch); on Node there is @hono/node-server.
export default createApp(new PostHog(apiKey, options));
