import { env } from "$env/dynamic/private";
import type { Handle, HandleServerError } from "@sveltejs/kit";
import { sequence } from "@sveltejs/kit/hooks";
import { createHandle } from "flags/sveltekit";
import { half, newNav, price, pricing } from "$lib/flags";
import { posthog } from "$lib/posthog";

const handlePostHog: Handle = ({ event, resolve }) => {
  const { request, platform, locals } = event;
  locals.posthog = posthog.forRequest(request, platform?.ctx);
  return resolve(event);
};

export const handleError: HandleServerError = ({ error, event, status }) => {
  if (status < 500) return; // an answer
  const mechanism = { handled: false };
  event.locals.posthog.captureException(error, { mechanism });
};

// Of the adapter for Node: requests are answered, and the process is about to end.
process.on("sveltekit:shutdown", () => posthog.shutdown());

const handleFlags = createHandle({
  secret: env.FLAGS_SECRET,
  flags: { newNav, half, pricing, price },
});

export const handle: Handle = sequence(handlePostHog, handleFlags);
