import { PostHog } from "edgehog";
import { createClient } from "edgehog/client";
import { errorTracking } from "edgehog/error-tracking";
import { featureFlags } from "edgehog/feature-flags";
import { posthogMiddleware, type PostHogVariables } from "edgehog/hono";
import { localEvaluation } from "edgehog/local-evaluation";
import { type Context, Hono } from "hono";
import { every } from "hono/combine";
import { Hono as Hono3 } from "hono3";

const everything = new PostHog("phc_x");
const kernel = createClient("phc_x");
const errors = createClient("phc_x", { use: [errorTracking()] });
const flags = createClient("phc_x", {
  use: [featureFlags({ local: localEvaluation() })],
});

const app = new Hono<
  { Variables: PostHogVariables; Bindings: { NAME: string } }
>();
app.use(posthogMiddleware(everything));
app.use("/api/*", posthogMiddleware(everything));
app.use(every(posthogMiddleware(everything)));
app.get("/", async (c) => {
  const name: string = c.env.NAME;
  const { keys } = await c.get("posthog").evaluateFlags(name);
  return c.json(keys);
});
app.get("/one", posthogMiddleware(everything), (c) => {
  c.var.posthog.captureException(new Error("x"));
  // @ts-expect-error: it is a scope
  c.var.posthog.shutdown();
  return c.text("ok");
});

type Env = { Variables: PostHogVariables<typeof errors> & { userId: string } };
const ofErrors = new Hono<Env>().use(posthogMiddleware(errors, {
  init: (c: Context<Env>) => ({ distinctId: c.get("userId") }),
}));
ofErrors.get("/", (c) => {
  c.var.posthog.captureException(new Error(c.get("userId")));
  // @ts-expect-error: there are no flags
  c.var.posthog.evaluateFlags();
  return c.text("ok");
});

const ofFlags = new Hono<{ Variables: PostHogVariables<typeof flags> }>();
ofFlags.use(posthogMiddleware(flags, { init: (c) => ({ ip: c.req.raw.url }) }));
ofFlags.get("/", async (c) => {
  // @ts-expect-error: exceptions are not tracked
  c.get("posthog").captureException(new Error("x"));
  return c.json((await c.get("posthog").evaluateFlags("user-1")).keys);
});

const ofKernel = new Hono3<{ Variables: PostHogVariables<typeof kernel> }>();
ofKernel.use(posthogMiddleware(kernel));
ofKernel.use("/api/*", posthogMiddleware(kernel));
ofKernel.get("/", (c) => {
  c.var.posthog.capture({ event: "viewed" });
  // @ts-expect-error: there are no flags
  c.var.posthog.evaluateFlags();
  return c.text("ok");
});

// @ts-expect-error: the variable is declared with more than this client has
app.use(posthogMiddleware(errors));
// @ts-expect-error: the same in Hono 3
new Hono3<{ Variables: PostHogVariables }>().use(posthogMiddleware(kernel));
// An application that declares nothing sees nothing.
new Hono().use(posthogMiddleware(kernel)).get("/", (c) => {
  // @ts-expect-error: it declares no such variable
  return c.json(c.var.posthog);
});
