import { defineNitroPlugin } from "nitropack/runtime";
import { posthog } from "../utils/posthog";

export default defineNitroPlugin(({ hooks }) => {
  hooks.hook("request", (event) => {
    event.context.posthog = posthog.forRequest(event.node.req, event);
  });
  hooks.hook("error", (error, { event }) => {
    const { statusCode = 500 } = error as { statusCode?: number };
    if (statusCode < 500) return; // an answer
    const { posthog: hog = posthog } = event?.context ?? {};
    const mechanism = { handled: false };
    hog.captureException(error.cause ?? error, { mechanism });
  });
  hooks.hook("close", () => posthog.shutdown());
});
