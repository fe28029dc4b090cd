import { notFound } from "next/navigation";
import { next } from "../../../../lib/posthog";

export const GET = next.route(
  async (
    _request: Request,
    { params }: RouteContext<"/api/stock/[item]">,
    hog,
  ) => {
    const { item } = await params;
    hog.capture({ event: "stock asked", properties: { item } });
    if (item === "sofa") notFound(); // an answer, and no exception in PostHog
    // Captured once, with the route `/api/stock/[item]`.
    if (item !== "lamp") throw new Error("The warehouse does not answer");
    return Response.json({ item, count: 7 });
  },
);
