import { env } from "cloudflare:workers";
import { type EvaluationContext, FeatureflipClient } from "edgehog/featureflip";

/** The part of a request's execution context that is used. */
interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

/** One client for all requests of the isolate. It asks for nothing yet, and loads by itself as flags are read. */
const client = FeatureflipClient.get({
  env,
  // Another Featureflip than the service's own, such as the emulator.
  baseUrl: env.FEATUREFLIP_BASE_URL,
});

export default {
  fetch: (request: Request, _env: unknown, ctx: Context): Promise<Response> =>
    answer(request, ctx),
};

async function answer(request: Request, ctx: Context): Promise<Response> {
  const flags = client.forRequest(ctx);
  // Only an isolate's first requests wait, and none of them fails without Featureflip: they see the defaults.
  if (!flags.initialized) await flags.waitForInitialization().catch(() => {});
  const { pathname, searchParams } = new URL(request.url);
  const visitor: EvaluationContext = {
    "user_id": searchParams.get("visitor") ?? undefined,
    country: request.headers.get("cf-ipcountry") ?? undefined,
  };
  const response = pathname === "/order"
    ? order(flags, visitor)
    : showShop(flags, visitor);
  // Each event matters here; without this line they leave in batches, and some end with the isolate.
  ctx.waitUntil(flags.flush());
  return response;
}

function showShop(
  flags: FeatureflipClient,
  visitor: EvaluationContext,
): Response {
  // deno-lint-ignore no-boolean-literal-for-arguments -- a default, last as in every such call
  const { value: checkout, reason } = flags.variationDetail(
    "new-checkout",
    visitor,
    false,
  );
  const tier = flags.stringVariation("pricing-tier", visitor, "free");
  const banner = flags.jsonVariation("banner", visitor, { text: "Welcome" });
  return Response.json({ checkout, reason, tier, banner });
}

function order(flags: FeatureflipClient, visitor: EvaluationContext): Response {
  const limit = flags.numberVariation("order-limit", visitor, 100);
  flags.track("order-paid", visitor, { limit });
  return Response.json({ limit });
}
