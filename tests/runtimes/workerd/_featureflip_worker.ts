import { env } from "cloudflare:workers";
import { FeatureflipClient } from "edgehog/featureflip";

interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

let now = 1_000_000;
let isGone = false;
const warnings: string[] = [];

/** Made, and read from, where a Worker refuses requests, timers and randomness. */
const client = FeatureflipClient.get({
  env,
  baseUrl: env.FEATUREFLIP_BASE_URL,
  flushBatchSize: 3,
  now: () => now,
  fetch: (url, init) => isGone ? new Promise(() => {}) : fetch(url, init),
  logger: { warn: (line: string) => void warnings.push(line) },
});
const early = client.variationDetail("on", {}, "default").reason;

/** Reads a flag as each path says; `POST /advance` moves the client's clock on by a minute; `/abandon` ends amid a flush. */
async function respond(
  request: Request,
  ctx: Context,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith("/advance")) now += 60_000;
  if (pathname === "/abandon") {
    isGone = true;
    client.flush();
    isGone = false;
    return new Response();
  }
  if (pathname.endsWith("/flush")) return Response.json(await client.flush());
  const flags = client.forRequest(ctx);
  if (pathname === "/wait") {
    await flags.waitForInitialization().catch(() => {});
  }
  const value = flags.boolVariation("on", { "user_id": "u" }, false);
  return Response.json({
    value,
    initialized: flags.initialized,
    early,
    warnings,
  });
}

export default {
  fetch: (request: Request, _env: unknown, ctx: Context): Promise<Response> =>
    respond(request, ctx),
};
