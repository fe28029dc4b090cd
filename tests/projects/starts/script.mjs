// script.mjs, or script.ts: a script, and the five verbs
import { fromEnv, PostHog } from "edgehog";
const { apiKey, ...options } = fromEnv(process.env);
const posthog = new PostHog(apiKey, options);
const distinctId = "user-1";
posthog.identify({ distinctId, properties: { plan: "pro" } });
posthog.groupIdentify({ groupType: "company", groupKey: "acme" });
const groups = { company: "acme" };
const flags = await posthog.evaluateFlags(distinctId, { groups });
console.log(flags.isEnabled("new-nav") ? "new" : "classic");
posthog.capture({ distinctId, event: "order paid", groups, flags });
posthog.captureException(new Error("out of stock"), distinctId);
await posthog.shutdown(); // sends what is queued; in a script, always
