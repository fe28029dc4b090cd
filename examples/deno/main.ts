import { fromEnv, PostHog } from "edgehog";

const { apiKey, ...options } = fromEnv(Deno.env.toObject());
const posthog = new PostHog(apiKey, options);

const server = Deno.serve({
  port: Number(Deno.env.get("PORT") ?? 8000),
  onListen: ({ port }) => console.log(`Listening on http://localhost:${port}`),
}, async (request) => {
  const distinctId = new URL(request.url).searchParams.get("visitor");
  const hog = posthog.forRequest(request, undefined, {
    distinctId: distinctId ?? undefined,
  });
  const flags = await hog.evaluateFlags();
  const isNew = flags.isEnabled("new-navigation");
  hog.capture({ event: "page viewed", flags }); // leaves at once
  return Response.json({ navigation: isNew ? "new" : "classic" });
});

Deno.addSignalListener("SIGTERM", async () => {
  await server.shutdown();
  await posthog.shutdown(); // sends what is queued
  Deno.exit();
});
