import process from "node:process";
import { waitUntil } from "@vercel/functions";
import { fromEnv, PostHog } from "edgehog";

const { apiKey, ...options } = fromEnv(process.env);
const posthog = new PostHog(apiKey, { ...options, waitUntil });

export async function GET(request: Request): Promise<Response> {
  const hog = posthog.forRequest(request);
  const flags = await hog.evaluateFlags();
  hog.capture({ event: "page viewed", flags });
  return new Response(flags.isEnabled("new-nav") ? "new" : "classic");
}
