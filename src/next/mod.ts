/**
 * edgehog in Next.js 15 and 16, on Node and in the edge runtime: a scope in route handlers, `proxy.ts` (or
 * `middleware.ts`), server components and server actions, events that leave under `after`, and each error captured once
 * with its route.
 *
 * Next.js evaluates a module once for pages, once for routes, once for `proxy.ts` and once for `instrumentation.ts`. Put the
 * client on `globalThis`, so that all of them have one, with one set of flag definitions.
 *
 * @example lib/posthog.ts
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type PostHog } from "edgehog";
 * import { createNext } from "edgehog/next";
 * import { createTestClient } from "edgehog/testing";
 *
 * const shared = globalThis as { posthog?: PostHog };
 * const posthog = shared.posthog ??= createTestClient().posthog; // new PostHog(process.env.POSTHOG_API_KEY, …)
 * const next = createNext(posthog); // with { after } of next/server
 *
 * // app/api/orders/route.ts
 * const GET = next.route((_request, _context, hog) => {
 *   hog.capture({ event: "orders listed", distinctId: "user-1" });
 *   return Response.json([]);
 * });
 *
 * const response = await GET(new Request("https://shop.example/api/orders"), { params: Promise.resolve({}) });
 * assertEquals(await response.json(), []);
 * ```
 *
 * @module
 */
export { createNext } from "./create_next.ts";

export type { AdapterOptions, RequestPlugin } from "../adapters/plugins.ts";
export type { KernelScope, RequestScopeInit } from "../client/scope_types.ts";
export type { ScopeMaker } from "../client/with_posthog.ts";
export type {
  ExecutionContextLike,
  MaybePromise,
  RequestLike,
} from "../core/platform.ts";
export type {
  HeadersLike,
  NextAdapter,
  NextErrorContext,
  NextErrorRequest,
  NextEventLike,
  NextOptions,
  NextRouteContext,
} from "./types.ts";
