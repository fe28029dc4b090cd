import { fromEnv, PostHog } from "edgehog";

const { apiKey, ...options } = fromEnv(process.env);
const posthog = new PostHog(apiKey, options);

const server = Bun.serve({
  port: process.env["PORT"] ?? 3000,
  async fetch(request) {
    const distinctId = new URL(request.url).searchParams.get("visitor");
    const hog = posthog.forRequest(request, undefined, {
      distinctId: distinctId ?? undefined,
    });
    const flags = await hog.evaluateFlags();
    const isNew = flags.isEnabled("new-navigation");
    hog.capture({ event: "page viewed", flags }); // leaves at once
    return Response.json({ navigation: isNew ? "new" : "classic" });
  },
});
console.log(`Listening on http://localhost:${server.port}`);

process.on("SIGTERM", async () => {
  await server.stop();
  await posthog.shutdown(); // sends what is queued
  process.exit();
});
