/**
 * edgehog in Express 4 and 5, under the names that posthog-node has: a scope for each request as `res.locals.posthog`, and
 * each error captured once before Express or the application answers it.
 *
 * @example An application
 * ```ts ignore
 * // Needs Express.
 * import { PostHog } from "edgehog";
 * import { setupExpressErrorHandler, setupExpressRequestContext } from "edgehog/express";
 * import express from "express";
 *
 * const posthog = new PostHog("phc_…");
 * const app = express();
 * setupExpressRequestContext(posthog, app);
 * app.get("/orders/:id", (req, res) => {
 *   res.locals.posthog.capture({ event: "order viewed", distinctId: "user-1" });
 *   res.send("order");
 * });
 * setupExpressErrorHandler(posthog, app);
 * app.listen(3000);
 * ```
 *
 * @module
 */
export {
  setupExpressErrorHandler,
  setupExpressRequestContext,
} from "./middleware.ts";

export type { KernelScope, RequestScopeInit } from "../client/scope_types.ts";
export type { ScopeMaker } from "../client/with_posthog.ts";
export type { ExecutionContextLike, RequestLike } from "../core/platform.ts";
export type { PostHogClient } from "../posthog/types.ts";
export type {
  ExpressAppLike,
  ExpressErrorMiddleware,
  ExpressMiddleware,
  ExpressNext,
  ExpressOptions,
  ExpressRequestLike,
  ExpressResponseLike,
  PostHogLocals,
} from "./types.ts";
