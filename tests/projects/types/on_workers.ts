/** A Worker, in Cloudflare's own types. */
import { PostHog, withPostHog } from "edgehog";
import { workersKvCache } from "edgehog/caches/workers-kv";

interface Env {
  readonly FLAGS: KVNamespace;
}

declare const env: Env;

const posthog = new PostHog("phc_x", {
  flagDefinitionCache: workersKvCache(() => env.FLAGS),
});

export const plain = {
  async fetch(request, _env, ctx) {
    const hog = posthog.forRequest(request, ctx, { distinctId: "u" });
    hog.capture({ event: "paid" });
    // @ts-expect-error a namespace is no id
    hog.capture({ event: "paid", distinctId: env.FLAGS });
    return new Response("ok");
  },
} satisfies ExportedHandler<Env>;

export const wrapped = withPostHog(
  posthog,
  (request: Request, { FLAGS }: Env, ctx: ExecutionContext) => {
    ctx.waitUntil(FLAGS.delete(request.url));
    return new Response("ok");
  },
);
