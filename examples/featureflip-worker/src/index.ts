import { type EvaluationContext, FeatureflipClient } from "edgehog/featureflip";

/** What `wrangler.jsonc` and its secrets give the Worker. */
interface Env {
  readonly FEATUREFLIP_SDK_KEY: string;
  /** Another Featureflip than the service's own, such as the emulator. */
  readonly FEATUREFLIP_BASE_URL?: string;
}

/** The part of a request's execution context that is used. */
interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

/** One client for all requests of the isolate, made by the first one. It loads by itself as flags are read. */
let client: FeatureflipClient | undefined;

export default {
  fetch: (request: Request, env: Env, ctx: Context): Promise<Response> =>
    answer(request, env, ctx),
};

async function answer(
  request: Request,
  env: Env,
  ctx: Context,
): Promise<Response> {
  client ??= FeatureflipClient.get({ env, baseUrl: env.FEATUREFLIP_BASE_URL });
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
