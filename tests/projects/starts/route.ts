// app/hello/route.ts: Next.js; docs/runtimes.md shares one client between files
import { after } from "next/server";
import { fromEnv, PostHog } from "edgehog";
import { createNext } from "edgehog/next";
const { apiKey, ...options } = fromEnv(process.env);
const next = createNext(new PostHog(apiKey, options), { after });
export const GET = next.route(async (_request, _context, hog) => {
  hog.setContext({ distinctId: "user-1" });
  const flags = await hog.evaluateFlags();
  hog.capture({ event: "page viewed", flags }); // sent after the response
  return new Response(flags.isEnabled("new-nav") ? "new" : "classic");
});
