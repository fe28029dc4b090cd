import { fromEnv, PostHog, type RequestScope } from "edgehog";

const { apiKey, ...options } = fromEnv(process.env);

export const posthog = new PostHog(apiKey, options);

declare module "h3" {
  interface H3EventContext {
    /** The scope of the request. */
    posthog: RequestScope;
  }
}
