import { PostHog } from "edgehog";
import { createClient } from "edgehog/client";
import { errorTracking } from "edgehog/error-tracking";
import {
  type PostHogLocals,
  setupExpressErrorHandler,
  setupExpressRequestContext,
} from "edgehog/express";
import express, { type Request, type Response } from "express";
import express4, { type Response as Response4 } from "express4";

const everything = new PostHog("phc_x");
const errors = createClient("phc_x", { use: [errorTracking()] });

const app = express();
setupExpressRequestContext(everything, app, { init: ({ ip }) => ({ ip }) });
app.get("/", async (_req, res: Response<unknown, PostHogLocals>) => {
  res.json((await res.locals.posthog.evaluateFlags()).keys);
});
setupExpressErrorHandler(everything, app);

const router = express.Router();
setupExpressRequestContext(errors, router, {
  init: (req: Request) => ({ distinctId: req.get("x-user") }),
});
type Locals = PostHogLocals<typeof errors>;
router.get("/", (_req, res: Response<unknown, Locals>) => {
  res.locals.posthog.captureException(new Error("x"));
  // @ts-expect-error: there are no flags
  res.locals.posthog.evaluateFlags();
});
setupExpressErrorHandler(errors, router);

const app4 = express4();
setupExpressRequestContext(errors, app4);
app4.get("/", (_req, res: Response4<unknown, Locals>) => {
  res.locals.posthog.capture({ event: "viewed" });
});
setupExpressErrorHandler(errors, app4);
