import { PostHog, withPostHog } from "edgehog";
import { AsyncLocalStorage } from "node:async_hooks";

/** What left: whose event it is, and whose request captured it. */
const sent: (readonly [distinctId: unknown, mine: unknown])[] = [];

const posthog = new PostHog("phc_x", {
  contextStorage: new AsyncLocalStorage(),
  transport: {
    send(batch) {
      for (const { text } of batch) {
        const { distinct_id: id, properties } = JSON.parse(text);
        sent.push([id, properties.mine]);
      }
      return Promise.resolve(
        batch.map(({ uuid }) => ({ kind: "delivered", uuid })),
      );
    },
  },
});

/** Captures what the client takes for the request's, between waits of other lengths. */
const capture = withPostHog(
  posthog,
  async (request: Request, _env: unknown, _ctx: ExecutionContext) => {
    const mine = request.headers.get("x-posthog-distinct-id");
    for (let turn = 0; turn < 3; turn++) {
      await scheduler.wait(Math.random() * 5);
      posthog.capture({ event: "seen", properties: { mine } });
    }
    return new Response(posthog.getContext()?.distinctId);
  },
);

interface ExecutionContext {
  waitUntil(promise: Promise<unknown>): void;
}

declare const scheduler: { wait(ms: number): Promise<void> };

function respond(
  request: Request,
  env: unknown,
  ctx: ExecutionContext,
): Promise<Response> {
  return new URL(request.url).pathname === "/sent"
    ? Promise.resolve(Response.json(sent))
    : capture(request, env, ctx);
}

export default {
  fetch: (
    request: Request,
    env: unknown,
    ctx: ExecutionContext,
  ): Promise<Response> => respond(request, env, ctx),
};
