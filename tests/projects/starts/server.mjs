// server.mjs, or server.ts: Node, Bun and Deno
import { createServer } from "node:http";
import { fromEnv, PostHog } from "edgehog";
const { apiKey, ...options } = fromEnv(process.env);
const posthog = new PostHog(apiKey, options);
const server = createServer(async (request, response) => {
  const hog = posthog.forRequest(request, undefined, { distinctId: "user-1" });
  const flags = await hog.evaluateFlags();
  hog.capture({ event: "page viewed", flags }); // leaves at once
  response.end(flags.isEnabled("new-nav") ? "new" : "classic");
});
server.listen(process.env.PORT ?? 3000, () => console.log(server.address()));
process.on("SIGTERM", () => server.close(() => void posthog.shutdown()));
