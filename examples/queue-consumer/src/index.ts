import { env } from "cloudflare:workers";
import { type ExecutionContextLike, fromEnv, PostHog } from "edgehog";
import {
  consumeQueue,
  type MessageBatchLike,
  queueTransport,
} from "edgehog/queue";

const { apiKey, ...options } = fromEnv(env);

/** Events go into the queue, flags come from PostHog. */
const posthog = new PostHog(apiKey, {
  ...options,
  transport: queueTransport(() => env.EVENTS),
});

export default {
  async fetch(
    request: Request,
    _env: unknown,
    ctx: ExecutionContextLike,
  ): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const distinctId = searchParams.get("visitor") ?? undefined;
    const hog = posthog.forRequest(request, ctx, { distinctId });
    const flags = await hog.evaluateFlags();
    const isNew = flags.isEnabled("new-navigation");
    hog.capture({ event: "page viewed", flags });
    return Response.json({ navigation: isNew ? "new" : "classic" });
  },

  /** Delivers a batch to PostHog: each message is acknowledged, or given back to come again. */
  async queue(batch: MessageBatchLike): Promise<void> {
    await consumeQueue(batch, posthog);
  },
};
