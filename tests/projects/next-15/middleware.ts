import { type NextRequest, NextResponse } from "next/server";
import { next } from "./lib/posthog";

/** In Next.js 15 this runs in the edge runtime. */
export const middleware = next.proxy((request: NextRequest, _event, hog) => {
  hog.capture({ event: "proxied", properties: { in: process.env.NEXT_RUNTIME } });
  if (request.nextUrl.searchParams.has("proxy-error")) {
    throw new Error("proxy boom");
  }
  return NextResponse.next();
});

export const config = { matcher: ["/orders/:path*"] };
