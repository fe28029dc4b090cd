import { createServer, type IncomingMessage } from "node:http";
import process from "node:process";
import { fromEnv, PostHog } from "edgehog";

const { apiKey, ...options } = fromEnv(process.env);
const posthog = new PostHog(apiKey, options);

const server = createServer(async (request, response) => {
  // One scope a request. It takes Node's own.
  const hog = posthog.forRequest(request, undefined, {
    distinctId: readVisitor(request),
  });
  try {
    const flags = await hog.evaluateFlags();
    const isNew = flags.isEnabled("new-navigation");
    hog.capture({ event: "page viewed", flags }); // leaves at once
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ navigation: isNew ? "new" : "classic" }));
  } catch (error) {
    hog.captureException(error);
    response.writeHead(500).end();
  }
});

server.listen(Number(process.env["PORT"] ?? 3000), () => {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : address;
  console.log(`Listening on http://localhost:${port}`);
});

process.on("SIGTERM", () => {
  server.close(() => void posthog.shutdown()); // sends what is queued
});

function readVisitor({ url }: IncomingMessage): string | undefined {
  const { searchParams } = new URL(url ?? "/", "http://localhost");
  return searchParams.get("visitor") ?? undefined;
}
