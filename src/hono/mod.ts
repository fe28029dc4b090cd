/**
 * edgehog in Hono 3 and 4, on Workers, Node, Bun and Deno: a scope for each request as `c.var.posthog`, events that leave
 * under `c.executionCtx`, and each error captured once, which Hono answers before any wrapper of the application sees it.
 *
 * @example An application
 * ```ts ignore
 * // Needs Hono.
 * import { PostHog } from "edgehog";
 * import { posthogMiddleware, type PostHogVariables } from "edgehog/hono";
 * import { Hono } from "hono";
 *
 * const posthog = new PostHog("phc_…");
 * const app = new Hono<{ Variables: PostHogVariables }>();
 *
 * app.use(posthogMiddleware(posthog));
 * app.get("/orders/:id", (c) => {
 *   c.var.posthog.capture({ event: "order viewed", distinctId: "user-1" });
 *   return c.text("order");
 * });
 * export default app;
 * ```
 *
 * @module
 */
export {
  posthogMiddleware,
  posthogMiddleware as posthogHonoMiddleware,
} from "./middleware.ts";

export type { AdapterOptions, RequestPlugin } from "../adapters/plugins.ts";
export type { KernelScope, RequestScopeInit } from "../client/scope_types.ts";
export type { ScopeMaker } from "../client/with_posthog.ts";
export type {
  ExecutionContextLike,
  MaybePromise,
  RequestLike,
} from "../core/platform.ts";
export type { PostHogClient } from "../posthog/types.ts";
export type {
  DeclaredContext,
  HonoContextLike,
  HonoMiddleware,
  HonoOptions,
  PostHogVariables,
} from "./types.ts";
