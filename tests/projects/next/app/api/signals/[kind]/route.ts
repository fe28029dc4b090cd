import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { next } from "../../../../lib/posthog";

export const GET = next.route(
  async (
    _request: Request,
    { params }: RouteContext<"/api/signals/[kind]">,
    hog,
  ) => {
    await headers();
    hog.capture({ event: "signalled" });
    const { kind } = await params;
    if (kind === "redirect") redirect("/api/clock");
    if (kind === "missing") notFound();
    if (kind === "response") throw new Response("no", { status: 403 });
    return Response.json(kind);
  },
);
