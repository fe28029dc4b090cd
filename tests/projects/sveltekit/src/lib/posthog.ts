import { env } from "$env/dynamic/private";
import { PostHog } from "edgehog";

export const posthog = new PostHog(env.POSTHOG_API_KEY, {
  host: env.POSTHOG_HOST,
  personalApiKey: env.POSTHOG_PERSONAL_API_KEY,
});
