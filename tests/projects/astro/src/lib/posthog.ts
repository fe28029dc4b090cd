import { getSecret } from "astro:env/server";
import { PostHog } from "edgehog";

export const posthog = new PostHog(getSecret("POSTHOG_API_KEY"), {
  host: getSecret("POSTHOG_HOST"),
  personalApiKey: getSecret("POSTHOG_PERSONAL_API_KEY"),
});
