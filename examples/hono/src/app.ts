import type { PostHog } from "edgehog";
import { posthogMiddleware, type PostHogVariables } from "edgehog/hono";
import { type Context, Hono } from "hono";
import { getCookie } from "hono/cookie";
import { HTTPException } from "hono/http-exception";

type Env = { Variables: PostHogVariables };

/** The same on every runtime that Hono runs on. */
export function createApp(posthog: PostHog): Hono<Env> {
  const app = new Hono<Env>();

  // One scope a request, c.var.posthog: it knows who asks, and sends events after the response.
  app.use(posthogMiddleware(posthog, {
    init: (c: Context<Env>) => ({ distinctId: getCookie(c, "visitor") }),
  }));

  app.get("/", async (c) => {
    const hog = c.var.posthog;
    const flags = await hog.evaluateFlags();
    hog.capture({ event: "shop viewed", flags });
    const isNew = flags.isEnabled("new-navigation");
    return c.json({ navigation: isNew ? "new" : "classic" });
  });

  app.get("/orders/:id", (c) => {
    // An answer, and no exception in PostHog.
    throw new HTTPException(404, { message: `No order ${c.req.param("id")}` });
  });

  app.post("/orders", (c) => {
    c.var.posthog.capture({ event: "order placed" });
    // Captured once, with the route `/orders`, although `onError` answers it.
    throw new Error("The warehouse does not answer");
  });

  app.onError((error, c) => {
    const isAnswer = error instanceof HTTPException;
    const message = isAnswer ? error.message : "Please try again";
    return c.json({ message }, isAnswer ? error.status : 503);
  });

  return app;
}
