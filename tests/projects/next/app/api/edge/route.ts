import { next } from "../../../lib/posthog";

export const runtime = "edge";

export const GET = next.route((request, _context, hog) => {
  hog.capture({ event: "edge served" });
  if (new URL(request.url).searchParams.has("error")) {
    throw new Error("edge boom");
  }
  return Response.json({ runtime: process.env.NEXT_RUNTIME });
});
