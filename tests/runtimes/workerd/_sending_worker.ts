import { PostHog } from "edgehog";

interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

/** The application's clock goes ahead of the isolate's: the test moves it, since nothing here may wait for a minute. */
let skippedMs = 0;

const told: string[] = [];
let posthog: PostHog | undefined;

/**
 * `/plain` captures on the client and answers at once, without a `ctx`; `/visit` does so by a scope with one; `/slow`
 * leaves its answer open until somebody goes away.
 */
async function respond(request: Request, ctx: Context): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const host = searchParams.get("host") ?? "";
  posthog ??= new PostHog("phc_x", {
    host,
    now: () => Date.now() + skippedMs,
    debug: true,
    fetchRetryDelay: 10,
    maxRetryDelayMs: 100,
    logger: {
      debug: (text) => void (text.startsWith("shutdown") && told.push(text)),
      info() {},
      warn: (text) => void told.push(text),
      error: (text) => void told.push(text),
    },
  });
  const event = searchParams.get("event") ?? "";
  const scope = () =>
    posthog?.forRequest(request, ctx, { distinctId: "user-1" });
  switch (pathname) {
    case "/plain":
      posthog.capture({ event, distinctId: "user-1" });
      // In the middle of its send.
      if (searchParams.has("wait")) await fetch(`${host}/heard`);
      break;
    case "/visit":
      scope()?.capture({ event });
      break;
    case "/slow":
      scope()?.capture({ event });
      await fetch(`${host}/forever`);
      break;
    case "/skip":
      skippedMs += Number(searchParams.get("ms"));
      break;
    case "/flush":
      return Response.json(await posthog.flush());
    case "/shutdown":
      await posthog.shutdown(5000);
  }
  return Response.json({ queued: posthog.queueSize, told });
}

export default {
  fetch: (
    request: Request,
    _env: unknown,
    ctx: Context,
  ): Promise<Response> => respond(request, ctx),
};
