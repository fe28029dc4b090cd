import { createFlagsAdapter } from "edgehog/flags-sdk";
import { flag } from "flags/sveltekit";
import { posthog } from "./posthog";

const adapter = createFlagsAdapter(posthog, {
  identify: ({ headers }) => ({
    distinctId: headers.get("x-user") ?? "nobody",
  }),
});

export const newNav = flag<boolean>({
  key: "new-nav",
  adapter: adapter.isFeatureEnabled(),
});

export const half = flag<boolean>({
  key: "half",
  adapter: adapter.isFeatureEnabled(),
});

export const pricing = flag<string | boolean>({
  key: "pricing",
  adapter: adapter.featureFlagValue(),
  options: [{ value: "annual" }, { value: "monthly" }, false],
});

export const price = flag<number>({
  key: "pricing.price",
  adapter: adapter.featureFlagPayload((payload) =>
    (payload as { price: number }).price
  ),
  options: [120, 12],
});

export const precomputed = [newNav, half, pricing, price];
