import { defineEventHandler } from "h3";

export default defineEventHandler(async ({ context }) => {
  const flags = await context.posthog.evaluateFlags();
  const isNew = flags.isEnabled("new-nav");
  context.posthog.capture({ event: "page viewed", flags });
  return { navigation: isNew ? "new" : "classic" };
});
