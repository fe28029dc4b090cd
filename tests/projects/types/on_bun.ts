/** A server, in Bun's own types. */
import { PostHog, withPostHog } from "edgehog";

const posthog = new PostHog(Bun.env["POSTHOG_API_KEY"]);

export const server = Bun.serve({
  fetch(request) {
    const hog = posthog.forRequest(request, undefined, { distinctId: "u" });
    hog.capture({ event: "paid" });
    // @ts-expect-error a request is no id
    hog.capture({ event: "paid", distinctId: request });
    return new Response("ok");
  },
});

export const wrapped = Bun.serve({
  fetch: withPostHog(posthog, (request: Request) => new Response(request.url)),
});
