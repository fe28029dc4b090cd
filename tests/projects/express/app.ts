import process from "node:process";
import { fromEnv, PostHog } from "edgehog";
import {
  type PostHogLocals,
  setupExpressErrorHandler,
  setupExpressRequestContext,
} from "edgehog/express";
import express, { type Response } from "express";

const { apiKey, ...options } = fromEnv(process.env);
const posthog = new PostHog(apiKey, options);

const app = express();
setupExpressRequestContext(posthog, app); // before the routes
app.get("/", async (_req, res: Response<unknown, PostHogLocals>) => {
  const flags = await res.locals.posthog.evaluateFlags();
  res.locals.posthog.capture({ event: "page viewed", flags });
  res.send(flags.isEnabled("new-nav") ? "new" : "classic");
});
setupExpressErrorHandler(posthog, app); // behind them

const server = app.listen(3000);
process.on("SIGTERM", () => {
  server.close(() => void posthog.shutdown()); // sends what is queued
});
