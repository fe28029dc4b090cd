import { createClient } from "edgehog/client";
import { featureFlags } from "edgehog/feature-flags";
import { PostHog } from "edgehog";
import {
  exposureHook,
  flagProperties,
  PostHogProvider,
} from "edgehog/openfeature";
import {
  type Hook,
  MultiProvider,
  OpenFeature,
  type Provider,
} from "@openfeature/server-sdk";

const posthog = new PostHog("phc_x");
const provider: Provider = new PostHogProvider(posthog, {
  defaultDistinctId: "nobody",
  sendFeatureFlagEvents: false,
});
const hook: Hook = exposureHook(posthog, {
  distinctId: ({ user }) => typeof user === "string" ? user : undefined,
  include: (flagKey) => flagKey !== "internal",
});

/** As applications write it. */
export async function use(): Promise<void> {
  await OpenFeature.setProviderAndWait(new PostHogProvider(posthog));
  OpenFeature.setProvider("shop", provider);
  OpenFeature.setProvider(new MultiProvider([{ provider }]));
  OpenFeature.addHooks(hook, exposureHook(createClient("phc_x")));
  const composed = createClient("phc_x", { use: [featureFlags()] });
  OpenFeature.setProvider(new PostHogProvider(composed));
  const client = OpenFeature.getClient();
  const details = await client.getStringDetails("pricing", "monthly", {
    targetingKey: "user-1",
  });
  posthog.capture({
    distinctId: "user-1",
    event: "order placed",
    properties: { ...flagProperties(details) },
  });
  // @ts-expect-error a client without feature flags evaluates none
  new PostHogProvider(createClient("phc_x"));
  // @ts-expect-error a scope belongs to one request
  new PostHogProvider(posthog.forRequest());
}
