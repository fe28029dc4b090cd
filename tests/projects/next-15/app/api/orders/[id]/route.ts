import type { NextRequest } from "next/server";
import { next } from "../../../../lib/posthog";

export const GET = next.route(
  async (
    request: NextRequest,
    { params }: { params: Promise<{ id: string }> },
    hog,
  ) => {
    hog.capture({ event: "order served" });
    if (request.nextUrl.searchParams.has("error")) {
      throw new Error("wrapped boom");
    }
    return Response.json(await params);
  },
);
