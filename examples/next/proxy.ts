import { type NextRequest, NextResponse } from "next/server";
import { next } from "./lib/posthog";

/** Where pages, routes and actions read who asks. */
const VISITOR_HEADER = "x-posthog-distinct-id";

export const proxy = next.proxy((request: NextRequest, _event, hog) => {
  const known = request.cookies.get("visitor")?.value;
  const distinctId = known ?? crypto.randomUUID();
  if (!known) hog.capture({ event: "visitor arrived", distinctId });

  const headers = new Headers(request.headers);
  headers.set(VISITOR_HEADER, distinctId);
  const response = NextResponse.next({ request: { headers } });
  response.cookies.set("visitor", distinctId, { httpOnly: true });
  return response;
});

export const config = { matcher: ["/", "/api/:path*"] };
