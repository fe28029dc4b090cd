import { next } from "../../../lib/posthog";

/** Answered once, when the application is built. */
export const dynamic = "force-static";

export const GET = next.route((_request, _context, hog) => {
  hog.capture({ event: "made ahead", distinctId: "builder" });
  return Response.json("made");
});
