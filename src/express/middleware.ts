import { captureFailure } from "../adapters/failure.ts";
import { Requests } from "../adapters/requests.ts";
import type { KernelScope } from "../client/scope_types.ts";
import { runInScope } from "../client/verbs.ts";
import type { ScopeMaker } from "../client/with_posthog.ts";
import { attempt } from "../core/guards.ts";
import type { RequestLike } from "../core/platform.ts";
import type {
  ExpressAppLike,
  ExpressErrorMiddleware,
  ExpressMiddleware,
  ExpressOptions,
  ExpressRequestLike,
} from "./types.ts";

/**
 * Opens a scope for each request, as `res.locals.posthog`. Call it before routes are added; where it is called for a
 * router as well, the scope at hand is kept. With the client's option `contextStorage` the client's own methods act for
 * the scope in all that runs for the request.
 *
 * @param posthog The client. The scopes have the verbs of its features.
 * @param app The application, or a router.
 * @param options See {@linkcode ExpressOptions}.
 *
 * @example What a handler finds
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type ExpressMiddleware, setupExpressRequestContext } from "edgehog/express";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog, emulator } = createTestClient();
 * let middleware: ExpressMiddleware = () => {};
 * const app = { use: (given: ExpressMiddleware) => middleware = given }; // express()
 * setupExpressRequestContext(posthog, app, { init: (req) => ({ ip: req.ip }) });
 *
 * // As Express calls it:
 * const headers = { "x-posthog-distinct-id": "user-1" };
 * const locals: { posthog?: typeof posthog } = {};
 * middleware({ originalUrl: "/cart", method: "GET", headers, ip: "203.0.113.7" }, { locals }, () => {
 *   locals.posthog?.capture({ event: "cart viewed" });
 * });
 * await posthog.flush();
 *
 * assertEquals(emulator.events.map(({ distinctId }) => distinctId), ["user-1"]);
 * ```
 */
export function setupExpressRequestContext<
  Scope extends Pick<KernelScope, "flush">,
  Request extends ExpressRequestLike = ExpressRequestLike,
>(
  posthog: ScopeMaker<Scope>,
  app: ExpressAppLike,
  options: ExpressOptions<Request> = {},
): void {
  const requests = new Requests(posthog, {});
  const middleware: ExpressMiddleware = (req, res, next) => {
    const hog = requests.openOrTell("setupExpressRequestContext", () => {
      const { locals } = res;
      if (locals["posthog"]) return undefined;
      const init = () => options.init?.(req as Request);
      const opened = requests.open(copyRequest(req), undefined, init);
      locals["posthog"] = opened;
      return opened;
    });
    runInScope(hog, next);
  };
  app.use(middleware);
}

/**
 * Captures what handlers throw or pass to `next`, once each, and passes it on: the application's own error handlers, or
 * Express's, answer. Call it after routes are added, and before error handlers of your own.
 *
 * No exception is an error whose `status` or `statusCode` is below 500. The exception has the pattern of the route as the
 * router knows it, without what that is mounted at.
 *
 * @param posthog The client that {@linkcode setupExpressRequestContext} has; without error tracking nothing is captured.
 * @param app The application, or a router.
 *
 * @example What it does with an error
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type ExpressErrorMiddleware, setupExpressErrorHandler } from "edgehog/express";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog, emulator } = createTestClient();
 * let handler: ExpressErrorMiddleware = () => {};
 * const app = { use: (middleware: ExpressErrorMiddleware) => handler = middleware }; // express()
 * setupExpressErrorHandler(posthog, app);
 *
 * const error = new Error("out of stock");
 * const req = { originalUrl: "/orders/7", method: "GET", headers: {}, route: { path: "/orders/:id" } };
 * handler(error, req, { locals: {} }, (passed) => assertEquals(passed, error));
 * await posthog.flush();
 *
 * assertEquals(emulator.events.map(({ properties }) => properties["route"]), ["/orders/:id"]);
 * ```
 */
export function setupExpressErrorHandler<
  Scope extends Pick<KernelScope, "flush">,
>(posthog: ScopeMaker<Scope>, app: ExpressAppLike): void {
  const requests = new Requests(posthog, {});
  // Express knows it by its four parameters.
  const middleware: ExpressErrorMiddleware = (error, req, res, next) => {
    const hog = requests.openOrTell(
      "setupExpressErrorHandler",
      () =>
        res.locals["posthog"] as Scope | undefined ??
          requests.open(copyRequest(req), undefined, () => undefined),
    );
    if (hog) {
      const request = { signal: { aborted: res.destroyed } };
      const path = attempt(() => req.route?.path);
      // Other forms, such as an expression, are no pattern to group by.
      const route = typeof path === "string" ? path : undefined;
      captureFailure(hog, error, "express.error_handler", request, { route });
    }
    next(error);
  };
  app.use(middleware);
}

/** Express changes `url` while it looks for a route, and a scope reads it later. */
function copyRequest(
  { originalUrl: url, method, headers }: ExpressRequestLike,
): RequestLike {
  return { url, method, headers };
}
