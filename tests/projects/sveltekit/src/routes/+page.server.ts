import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ locals }) => {
  const flags = await locals.posthog.evaluateFlags();
  const navigation = flags.isEnabled("new-nav") ? "new" : "classic";
  locals.posthog.capture({ event: "page viewed", flags });
  return { navigation };
};
