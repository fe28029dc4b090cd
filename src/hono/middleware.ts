import { captureFailure } from "../adapters/failure.ts";
import { Requests } from "../adapters/requests.ts";
import type { KernelScope } from "../client/scope_types.ts";
import type { ScopeMaker } from "../client/with_posthog.ts";
import { attempt } from "../core/guards.ts";
import { hasWaitUntil } from "../core/platform.ts";
import type { HonoContextLike, HonoMiddleware, HonoOptions } from "./types.ts";

/**
 * A middleware for Hono 3 and 4: it opens a scope for each request, as `c.var.posthog`, and captures what Hono itself answers
 * and no wrapper of the application would see. Mount it before what uses the scope; where it is mounted again, the scope
 * at hand is kept.
 *
 * An error of a handler is captured once, with the route's pattern and the status of the answer, and Hono's answer or
 * that of `app.onError` stays as it is. No exceptions are a `HTTPException` with a status below 500, a thrown `Response`, and
 * the end of a request that the visitor broke off. Events leave under `c.executionCtx`, else under the client's option
 * `waitUntil`; where there is neither, a flush is started when the response is made.
 *
 * @param posthog The client. The scopes have the verbs of its features; without error tracking no exception is captured.
 * @param options See {@linkcode HonoOptions}.
 *
 * @example An application
 * ```ts ignore
 * // Needs Hono.
 * import { PostHog } from "edgehog";
 * import { posthogMiddleware, type PostHogVariables } from "edgehog/hono";
 * import { type Context, Hono } from "hono";
 *
 * type Env = { Variables: PostHogVariables & { userId: string } };
 * const posthog = new PostHog("phc_…");
 * const app = new Hono<Env>();
 *
 * app.use(authenticate); // sets "userId"
 * app.use(posthogMiddleware(posthog, { init: (c: Context<Env>) => ({ distinctId: c.var.userId }) }));
 * app.get("/", async (c) => {
 *   const flags = await c.var.posthog.evaluateFlags();
 *   c.var.posthog.capture({ event: "page viewed", flags });
 *   return c.text(flags.isEnabled("new-nav") ? "new" : "old");
 * });
 * export default app;
 * ```
 *
 * @example What it does with an error that Hono has answered
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { posthogMiddleware } from "edgehog/hono";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog, emulator } = createTestClient();
 * const middleware = posthogMiddleware(posthog);
 *
 * // As Hono calls it:
 * const raw = new Request("https://shop.example/orders/7", { headers: { "x-posthog-distinct-id": "user-1" } });
 * const c = {
 *   req: { raw, routePath: "/orders/:id" },
 *   res: new Response("Internal Server Error", { status: 500 }),
 *   error: new Error("out of stock"),
 *   executionCtx: {},
 *   var: {},
 *   get: () => undefined,
 *   set: () => undefined,
 * };
 * await middleware(c, () => Promise.resolve());
 * await posthog.flush();
 *
 * const [event] = emulator.events;
 * assertEquals([event?.distinctId, event?.properties["route"]], ["user-1", "/orders/:id"]);
 * ```
 */
export function posthogMiddleware<
  Scope extends Pick<KernelScope, "flush">,
  Context extends HonoContextLike = HonoContextLike,
>(
  posthog: ScopeMaker<Scope>,
  options: HonoOptions<Scope, Context> = {},
): HonoMiddleware<Scope, Context> {
  const requests = new Requests(posthog, options);
  return async (c, next) => {
    const ctx = attempt(() => c.executionCtx);
    const hog = requests.openOrTell("posthogMiddleware", () => {
      // Mounted twice, it leaves the request to the outer one.
      if (c.get("posthog")) return undefined;
      const opened = requests.open(c.req.raw, ctx, () => options.init?.(c));
      c.set("posthog", opened);
      return opened;
    });
    if (!hog) return await next();
    const { raw } = c.req;
    const capture = (error: unknown, status?: number): void =>
      captureFailure(hog, error, "hono.middleware", raw, {
        route: attempt(() => c.req.routePath),
        "$response_status_code": status,
      });
    try {
      const response = await requests.run(hog, raw, async () => {
        await next();
        // The response to what a handler threw is not the handler's.
        return c.error ? undefined : c.res;
      });
      if (c.error) capture(c.error, c.res?.status);
      else if (response !== c.res) {
        // Hono would merge the headers of the one into the other.
        c.res = undefined;
        c.res = response;
      }
    } catch (thrown) {
      // Hono hands errors to `onError`, and what comes here got past that.
      capture(thrown);
      const cause = attempt((): unknown => Object(thrown).cause);
      if (c.error && cause !== c.error) capture(c.error);
      throw thrown;
    } finally {
      // Never rejects, and nobody waits for it.
      if (!hasWaitUntil(ctx)) void hog.flush();
    }
  };
}
