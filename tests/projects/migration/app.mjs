// An application of posthog-node 6: on edgehog only the next line changes.
import { PostHog } from "posthog-node";
import process from "node:process";

const posthog = new PostHog("phc_app", {
  host: process.env.POSTHOG_HOST,
  flushAt: 20,
  disableGeoip: false,
  beforeSend(event) {
    if (event.event === "password typed") return null;
    event.properties = { ...event.properties, release: "1.2.3" };
    return event;
  },
});
const distinctId = "user-1";
const timestamp = new Date("2026-01-02T03:04:05Z");

// A visitor signs up.
posthog.alias({ distinctId, alias: "visitor-1" });
posthog.identify({
  distinctId,
  properties: { $set: { plan: "free" }, $set_once: { source: "ad" } },
});
posthog.capture({ distinctId, event: "signed up", timestamp });
posthog.capture({ distinctId, event: "password typed" });

// Their company gets a plan.
const groups = { company: "acme" };
posthog.groupIdentify({
  groupType: "company",
  groupKey: "acme",
  properties: { seats: 3 },
});
posthog.register({ service: "shop" });
posthog.capture({
  distinctId,
  event: "plan bought",
  properties: { plan: "pro", price: 49.5, items: ["a", "b"], coupon: null },
  groups,
  uuid: "019b7ca9-8f2e-7000-8000-000000000001",
});
posthog.setPersonProperties({ distinctId, properties: { plan: "pro" } });
const declined = new Error("card declined");
posthog.captureException(declined, { distinctId, properties: { area: "pay" } });

// What they see depends on flags.
const flags = await posthog.evaluateFlags(distinctId, { groups });
const theme = flags.getFlag("theme");
if (flags.isEnabled("new-nav")) {
  const properties = { theme };
  posthog.capture({ distinctId, event: "nav seen", properties, flags });
}
flags.getFlag("old-nav", { sendFeatureFlagEvents: false });
if (!await posthog.isFeatureEnabled("unknown-flag", distinctId)) {
  const options = { "process_person_profile": false };
  await posthog.captureImmediate({ distinctId, event: "left", options });
}

// Whoever ends a process waits for what is under way.
await posthog.shutdown();
