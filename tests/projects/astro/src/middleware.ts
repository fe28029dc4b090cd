import { defineMiddleware } from "astro:middleware";
import { posthog } from "./lib/posthog";

export const onRequest = defineMiddleware(async ({ request, locals }, next) => {
  locals.posthog = posthog.forRequest(request);
  try {
    return await next();
  } catch (error) {
    const mechanism = { handled: false };
    locals.posthog.captureException(error, { mechanism });
    throw error;
  }
});
