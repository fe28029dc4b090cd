import { PostHog } from "edgehog";

/** What the application says it is: the test moves it on, since nothing here may wait half a minute. */
let skippedMs = 0;

const errors: string[] = [];
let posthog: PostHog | undefined;

interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

/**
 * `/lose` captures through a scope whose promise nobody keeps, `/lose-client` on the client, `/lose-flags` an event that
 * wants flags; all end as soon as the server has heard of it, in the middle of the request. `/keep` is an ordinary request, which waits for its drain.
 */
async function respond(request: Request, ctx: Context): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const host = searchParams.get("host") ?? "";
  posthog ??= new PostHog("phc_x", {
    host,
    flushAt: 2,
    now: () => Date.now() + skippedMs,
    onError: (error) => errors.push(error.message),
  });
  const event = searchParams.get("event") ?? "";
  switch (pathname) {
    case "/lose":
      posthog.forRequest(request, { waitUntil: () => {} }).capture({ event });
      await waitUntilHeard(host);
      break;
    case "/lose-client":
      posthog.capture({ event, distinctId: "user-1" });
      posthog.capture({ event, distinctId: "user-1" });
      await waitUntilHeard(host);
      break;
    case "/lose-flags":
      posthog.capture({ event, distinctId: "user-1", sendFeatureFlags: true });
      await waitUntilHeard(host);
      break;
    case "/keep": {
      const hog = posthog.forRequest(request, ctx);
      hog.capture({ event });
      await hog.flush();
      break;
    }
    case "/skip":
      skippedMs += Number(searchParams.get("ms"));
      break;
    case "/shutdown":
      await posthog.shutdown(200);
      break;
  }
  return Response.json({ queued: posthog.queueSize, errors });
}

async function waitUntilHeard(host: string): Promise<void> {
  const response = await fetch(`${host}/heard`);
  await response.body?.cancel();
}

export default {
  fetch: (
    request: Request,
    _env: unknown,
    ctx: Context,
  ): Promise<Response> => respond(request, ctx),
};
