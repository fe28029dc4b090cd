import { next } from "../../../../lib/posthog";

export const GET = next.route(
  async (
    request: Request,
    { params }: RouteContext<"/api/orders/[id]">,
    hog,
  ) => {
    hog.capture({ event: "order served" });
    if (new URL(request.url).searchParams.has("error")) {
      throw new Error("wrapped boom");
    }
    return Response.json(await params);
  },
);
