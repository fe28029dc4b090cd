import { defineNitroPlugin } from "nitropack/runtime";
import { posthog } from "../utils/posthog";

export default defineNitroPlugin(({ hooks }) => {
  hooks.hook("request", (event) => {
    event.context.posthog = posthog.forRequest(event.node.req, event);
  });
  hooks.hook("error", (error, { event }) => {
    const { statusCode = 500 } = error as { statusCode?: number };
    if (statusCode >= 500) {
      event?.context.posthog.captureException(error.cause ?? error);
    }
  });
  hooks.hook("close", () => posthog.shutdown());
});
