/** The kit of one module format, and the clients of the other. */
import { createRequire } from "node:module";
import { test } from "node:test";
import * as modules from "edgehog";
import * as moduleClients from "edgehog/client";
import * as moduleFlags from "edgehog/feature-flags";
import * as moduleKit from "edgehog/testing";

const require = createRequire(import.meta.url);
const required = {
  PostHog: require("edgehog").PostHog,
  createClient: require("edgehog/client").createClient,
  featureFlags: require("edgehog/feature-flags").featureFlags,
};
const imported = {
  PostHog: modules.PostHog,
  createClient: moduleClients.createClient,
  featureFlags: moduleFlags.featureFlags,
};
const requiredKit = require("edgehog/testing");

for (
  const [name, { mockPostHog }, { PostHog, createClient, featureFlags }] of [
    ["an imported kit, required clients", moduleKit, required],
    ["a required kit, imported clients", requiredKit, imported],
  ]
) {
  test(name, async (t) => {
    if (required.PostHog === imported.PostHog) throw new Error("One format");
    const fetch = t.mock.fn(() => Promise.reject(new Error("no network")));
    const clients = [
      new PostHog("phc_x", { fetch }),
      createClient("phc_y", { fetch, use: [featureFlags()] }),
    ];
    for (const posthog of clients) {
      const kit = mockPostHog(posthog, { flags: { on: "b" } });
      const flags = await posthog.evaluateFlags("user-1");
      posthog.capture({ distinctId: "user-1", event: "paid", flags });
      await posthog.flush();
      const { properties } = kit.emulator.events[0];
      if (properties["$feature/on"] !== "b") throw new Error("Not mocked");
      kit.restore();
    }
    if (fetch.mock.callCount() > 0) throw new Error("It asked the network");
  });
}
