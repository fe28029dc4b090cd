import { FeatureflipClient } from "edgehog/featureflip";

interface Env {
  readonly FEATUREFLIP_SDK_KEY: string;
  readonly FEATUREFLIP_BASE_URL: string;
}

interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

let client: FeatureflipClient | undefined;
let now = 1_000_000;
const warnings: string[] = [];

/** Reads a flag as each path says; `POST /advance` moves the client's clock on by a minute. */
async function respond(
  request: Request,
  env: Env,
  ctx: Context,
): Promise<Response> {
  client ??= FeatureflipClient.get({
    env,
    baseUrl: env.FEATUREFLIP_BASE_URL,
    flushBatchSize: 2,
    now: () => now,
    logger: { warn: (line: string) => void warnings.push(line) },
  });
  const { pathname } = new URL(request.url);
  if (pathname === "/advance") now += 60_000;
  const flags = client.forRequest(ctx);
  if (pathname === "/wait") {
    await flags.waitForInitialization().catch(() => {});
  }
  const value = flags.boolVariation("on", { "user_id": "u" }, false);
  return Response.json({
    value,
    initialized: flags.initialized,
    warnings,
  });
}

export default {
  fetch: (request: Request, env: Env, ctx: Context): Promise<Response> =>
    respond(request, env, ctx),
};
