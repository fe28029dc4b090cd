import { PostHog, withPostHog } from "edgehog";
import { posthogMiddleware } from "edgehog/hono";

function boom() {
  throw new Error("boom");
}

/** A body in two parts, with an event as the second is asked for: long after the answer's head has left. */
function createStream(hog) {
  let isSecond = false;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode(isSecond ? "two" : "one "));
      if (isSecond) {
        hog.capture({ event: "streamed" });
        controller.close();
      }
      isSecond = true;
    },
  });
}

/** Some applications of Hono's, and which of them gets a request: by the path's start. */
export function createHandler({ Hono, HTTPException }, host) {
  const posthog = new PostHog("phc_x", { host });
  const middleware = posthogMiddleware(posthog);
  const createApp = () => {
    const app = new Hono();
    app.use("*", middleware);
    return app;
  };

  const app = createApp();
  app.get("/viewed", (c) => {
    c.get("posthog").capture({ event: "viewed" });
    return c.text("ok");
  });
  app.get("/streamed", (c) => new Response(createStream(c.get("posthog"))));
  app.get("/orders/:id", boom);
  app.get("/thrown/:status", (c) => {
    throw new HTTPException(Number(c.req.param("status")), { message: "no" });
  });
  app.get("/text", () => {
    throw "text";
  });

  const sub = new Hono();
  let outer;
  app.use("/sub/*", async (c, next) => {
    outer = c.get("posthog");
    await next();
  });
  sub.use("*", middleware);
  sub.get("/twice", (c) => c.text(String(c.get("posthog") === outer)));
  sub.get("/orders/:id", boom);
  sub.onError((_error, c) => c.text("sub", 503));
  app.route("/sub", sub);

  const passing = new Hono();
  passing.get("/orders/:id", boom);
  passing.onError((error) => {
    throw error;
  });
  app.route("/passing", passing);

  const own = createApp();
  own.get("/orders/:id", boom);
  own.onError((_error, c) => c.text("own", 503));
  const bare = new Hono();
  bare.route("/bare", own);

  const custom = createApp();
  custom.get("/custom/orders/:id", boom);
  custom.onError((error, c) => c.json({ message: error.message }, 502));

  const escaping = createApp();
  escaping.get("/escaping/orders/:id", boom);
  escaping.onError((error) => {
    throw error;
  });
  const wrapped = withPostHog(posthog, (request, env, ctx) =>
    escaping.fetch(request, env, ctx));

  // On Workers and nowhere else there is a third argument.
  return (request, env, ctx) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/escaping/")) return wrapped(request, env, ctx);
    const [, start] = pathname.split("/");
    const { fetch } = { bare, custom }[start] ?? app;
    return fetch(request, env, ctx);
  };
}
