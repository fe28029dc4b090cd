/** A server, in Node's own types. */
import { createServer } from "node:http";
import { fromEnv, PostHog } from "edgehog";

const { apiKey, ...options } = fromEnv(process.env);
const posthog = new PostHog(apiKey, options);

export const server = createServer((request, response) => {
  const { url = "/", headers } = request;
  const scope = posthog.forRequest(new Request(new URL(url, "http://a")));
  scope.capture({ event: "paid", distinctId: String(headers["x-user"]) });
  // @ts-expect-error headers may be absent
  scope.capture({ event: "paid", distinctId: headers["x-user"].length });
  response.end();
});

process.once("SIGTERM", () => void posthog.shutdown());
