// The provider at module scope, as OpenFeature is set up; the hook beside another vendor's flags.
import { OpenFeature, TypedInMemoryProvider } from "@openfeature/server-sdk";
import { waitUntil } from "cloudflare:workers";
import { PostHog } from "edgehog";
import { createPostHogEmulator } from "edgehog/dev";
import { exposureHook, PostHogProvider } from "edgehog/openfeature";

const emulator = createPostHogEmulator({
  flags: {
    flags: [{
      key: "new-nav",
      active: true,
      filters: { groups: [{ properties: [], rollout_percentage: 100 }] },
    }],
  },
});
const posthog = new PostHog("phc_x", {
  personalApiKey: "phx_x",
  fetch: emulator.fetch,
  waitUntil,
});

const told = [];
OpenFeature.setLogger({ error() {}, warn() {}, info() {}, debug() {} });
OpenFeature.addHandler("PROVIDER_READY", () => void told.push("READY"));
OpenFeature.addHandler("PROVIDER_ERROR", () => void told.push("ERROR"));
OpenFeature.addHooks(exposureHook(posthog));
OpenFeature.setProvider(new PostHogProvider(posthog));
OpenFeature.setProvider(
  "other",
  new TypedInMemoryProvider({
    price: { variants: { low: 5 }, defaultVariant: "low", disabled: false },
  }),
);

export default {
  async fetch() {
    const context = { targetingKey: "user-1" };
    const details = await OpenFeature.getClient()
      .getBooleanDetails("new-nav", false, context);
    const price = await OpenFeature.getClient("other")
      .getNumberValue("price", 0, context);
    await posthog.flush();
    return Response.json({
      value: details.value,
      source: details.flagMetadata.source,
      status: OpenFeature.getClient().providerStatus,
      price,
      told,
      events: emulator.events.map(({ properties }) => [
        properties.$feature_flag,
        properties.$feature_flag_response,
      ]),
    });
  },
};
