/** Every entry point, as an application imports it. */
import { PostHog, type PostHogOptions } from "edgehog";
import * as cacheApi from "edgehog/caches/cache-api";
import * as denoKv from "edgehog/caches/deno-kv";
import * as edgeConfig from "edgehog/caches/edge-config";
import * as redisRest from "edgehog/caches/redis-rest";
import * as tiered from "edgehog/caches/tiered";
import * as workersKv from "edgehog/caches/workers-kv";
import { createClient } from "edgehog/client";
import * as dev from "edgehog/dev";
import { errorTracking } from "edgehog/error-tracking";
import * as express from "edgehog/express";
import { featureFlags } from "edgehog/feature-flags";
import * as hono from "edgehog/hono";
import { localEvaluation } from "edgehog/local-evaluation";
import * as queue from "edgehog/queue";
import * as syncHash from "edgehog/sync-hash";
import { createTestClient } from "edgehog/testing";

export const entries = [
  cacheApi,
  denoKv,
  edgeConfig,
  redisRest,
  tiered,
  workersKv,
  dev,
  express,
  hono,
  queue,
  syncHash,
];

const options: PostHogOptions = {
  host: "https://eu.i.posthog.com",
  fetch: globalThis.fetch,
  random: (bytes) => void crypto.getRandomValues(bytes),
};

export async function serve(request: Request): Promise<Response> {
  const posthog = new PostHog("phc_x", options);
  const hog = posthog.forRequest(request, undefined, { distinctId: "u" });
  const flags = await hog.evaluateFlags({ flagKeys: ["a"] });
  const isOn: boolean = flags.isEnabled("a");
  hog.capture({ event: "paid", flags });
  await posthog.shutdown();
  return new Response(String(isOn));
}

export const composed = createClient("phc_x", {
  personalApiKey: "phx_x",
  use: [featureFlags({ local: localEvaluation() }), errorTracking()],
});
composed.captureException(new Error("x"));

export const { emulator } = createTestClient();
