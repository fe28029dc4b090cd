import { after } from "next/server";
import { PostHog } from "edgehog";
import { createNext } from "edgehog/next";

export const posthog = new PostHog(process.env.POSTHOG_API_KEY, {
  host: process.env.POSTHOG_HOST,
  disableSingletonWarning: true,
});

export const next = createNext(posthog, { after });
