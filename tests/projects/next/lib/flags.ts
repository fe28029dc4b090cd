import { createFlagsAdapter } from "edgehog/flags-sdk";
import { flag } from "flags/next";
import { posthog } from "./posthog";

const adapter = createFlagsAdapter(posthog, {
  identify: ({ headers, cookies }) => ({
    distinctId: cookies.get("user")?.value ?? headers.get("x-user") ?? "nobody",
  }),
});

export const newNav = flag<boolean>({
  key: "new-nav",
  adapter: adapter.isFeatureEnabled(),
  defaultValue: false,
});

export const half = flag<boolean>({
  key: "half",
  adapter: adapter.isFeatureEnabled(),
  defaultValue: false,
});

export const pricing = flag<string | boolean>({
  key: "pricing",
  adapter: adapter.featureFlagValue(),
  options: [{ value: "annual" }, { value: "monthly" }, false],
  defaultValue: false,
});

export const price = flag<number>({
  key: "pricing.price",
  adapter: adapter.featureFlagPayload((payload) =>
    (payload as { price: number }).price
  ),
  options: [120, 12, 0],
  defaultValue: 0,
});

/** Those that pages are made for ahead of requests. */
export const precomputed = [newNav, half, pricing, price] as const;
