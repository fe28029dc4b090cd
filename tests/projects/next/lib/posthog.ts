import { headers } from "next/headers";
import { after } from "next/server";
import { PostHog } from "edgehog";
import { createNext } from "edgehog/next";
import { now } from "./clock";

function createClient(): PostHog {
  return new PostHog(process.env.POSTHOG_API_KEY, {
    host: process.env.POSTHOG_HOST,
    personalApiKey: process.env.POSTHOG_PERSONAL_API_KEY,
    now,
    disableSingletonWarning: process.env.ONE_CLIENT !== "1",
  });
}

const shared = globalThis as { posthog?: PostHog };

/** One for the process, or one for each of Next's bundles: both have to work. */
export const posthog = process.env.ONE_CLIENT === "1"
  ? shared.posthog ??= createClient()
  : createClient();

export const next = createNext(posthog, { after, headers });
