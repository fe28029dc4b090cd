import { type NextRequest, NextResponse } from "next/server";
import { precompute } from "flags/next";
import { precomputed } from "./lib/flags";
import { next } from "./lib/posthog";

export const proxy = next.proxy(
  async (request: NextRequest, _event, hog) => {
    const { pathname, searchParams } = request.nextUrl;
    if (pathname === "/promo") {
      const code = await precompute(precomputed);
      return NextResponse.rewrite(new URL(`/precomputed/${code}`, request.url));
    }
    hog.capture({ event: "proxied" });
    if (searchParams.has("proxy-error")) throw new Error("proxy boom");
    return NextResponse.next();
  },
);

export const config = { matcher: ["/orders/:path*", "/promo"] };
