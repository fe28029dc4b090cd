import { headers } from "next/headers";
import { after } from "next/server";
import { fromEnv, PostHog } from "edgehog";
import { createNext } from "edgehog/next";

function createClient(): PostHog {
  const { apiKey, ...options } = fromEnv(process.env);
  return new PostHog(apiKey, options);
}

// Next.js evaluates this file for pages, for routes and for proxy.ts. On globalThis, all of them have one client.
const shared = globalThis as { posthog?: PostHog };
const posthog = (shared.posthog ??= createClient());

/** A scope for each request, whose events leave after the answer. */
export const next = createNext(posthog, { after, headers });
