import type { AdapterOptions } from "../adapters/plugins.ts";
import type { KernelScope, RequestScopeInit } from "../client/scope_types.ts";
import type { MaybePromise, RequestLike } from "../core/platform.ts";

/** What {@linkcode createNext} may be told. */
export interface NextOptions<Scope = KernelScope>
  extends AdapterOptions<Scope> {
  /**
   * `after` of `next/server`: keeps a request alive until its events are sent. Where it throws, as it does outside of a
   * request, and without it, the client's option `waitUntil` does, if there is one.
   */
  readonly after?: ((work: Promise<unknown>) => void) | undefined;
  /** `headers` of `next/headers`, by which `getPostHog` knows the request at hand. */
  readonly headers?: (() => MaybePromise<HeadersLike>) | undefined;
  /**
   * What the application knows of a request: above all who asks, as `distinctId`. For `fromHeaders` the request has
   * headers alone. What is known only later goes to the scope's `setContext`.
   */
  readonly init?:
    | ((request: RequestLike) => RequestScopeInit | undefined)
    | undefined;
}

/** The second argument of a route handler. */
export interface NextRouteContext {
  /** The values of the route's dynamic segments. */
  readonly params: Promise<
    Record<string, string | string[] | undefined>
  >;
}

/** The second argument of `proxy`, or `middleware`: a `NextFetchEvent`. */
export interface NextEventLike {
  /** Keeps the invocation alive. */
  waitUntil(promise: Promise<unknown>): void;
}

/** Headers as `headers()` of `next/headers` resolves to. */
export interface HeadersLike {
  /** The value of a header; null where there is none. */
  get(name: string): string | null;
}

/** The request of which Next.js tells `onRequestError`. */
export interface NextErrorRequest {
  /** Path and query. */
  readonly path: string;
  /** The HTTP method. */
  readonly method: string;
  /** The request's headers. */
  readonly headers: Record<string, string | string[] | undefined>;
}

/** Where an error came from, as Next.js tells `onRequestError`. */
export interface NextErrorContext {
  /** `App Router` or `Pages Router`. */
  readonly routerKind?: string | undefined;
  /** The route's pattern, such as `/orders/[id]`. */
  readonly routePath?: string | undefined;
  /** `render`, `route`, `action`, `proxy`, … */
  readonly routeType?: string | undefined;
  /** `react-server-components`, … */
  readonly renderSource?: string | undefined;
  /** `on-demand` or `stale`. */
  readonly revalidateReason?: string | undefined;
}

/** A client in the places where Next.js runs an application's code. Its members may be taken off it. */
export interface NextAdapter<Scope = KernelScope> {
  /**
   * Wraps a route handler: it gets the request's scope as its third argument. An error that escapes it is captured once,
   * and thrown on as it is; a redirect, `notFound` and the like are none.
   *
   * @example app/api/orders/[id]/route.ts
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createNext } from "edgehog/next";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator, clock } = createTestClient();
   * const next = createNext(posthog);
   *
   * const GET = next.route(async (_request, { params }, hog) => {
   *   hog.capture({ event: "order viewed", distinctId: "user-1" });
   *   return Response.json(await params);
   * });
   *
   * const request = new Request("https://shop.example/api/orders/7");
   * const response = await GET(request, { params: Promise.resolve({ id: "7" }) });
   * await clock.settle();
   * assertEquals(await response.json(), { id: "7" });
   * assertEquals(emulator.events.map(({ event }) => event), ["order viewed"]);
   * ```
   */
  route<Answer, Incoming = Request, Context = NextRouteContext>(
    handler: (
      request: Incoming,
      context: Context,
      hog: Scope,
    ) => MaybePromise<Answer>,
  ): (request: Incoming, context: Context) => Promise<Answer>;
  /**
   * Wraps `proxy` of `proxy.ts`, or `middleware` of `middleware.ts` before Next.js 16: it gets the request's scope as its
   * third argument. Events leave under the event's `waitUntil`; errors are captured as those of {@linkcode route} are.
   *
   * @example proxy.ts
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createNext } from "edgehog/next";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient();
   * const next = createNext(posthog);
   *
   * const proxy = next.proxy((_request, _event, hog) => {
   *   hog.capture({ event: "page requested", distinctId: "user-1" });
   *   return new Response(null, { headers: { "x-middleware-next": "1" } }); // NextResponse.next()
   * });
   *
   * const pending: Promise<unknown>[] = [];
   * const event = { waitUntil: (promise: Promise<unknown>) => void pending.push(promise) };
   * await proxy(new Request("https://shop.example/"), event);
   * await Promise.all(pending);
   * assertEquals(emulator.events.map(({ event }) => event), ["page requested"]);
   * ```
   */
  proxy<Answer, Incoming = Request, Event = NextEventLike>(
    handler: (
      request: Incoming,
      event: Event,
      hog: Scope,
    ) => MaybePromise<Answer>,
  ): (request: Incoming, event: Event) => Promise<Answer>;
  /**
   * The scope of the request at hand, for server components and actions: one for each request, since Next.js hands out
   * the same headers to all of them. Plugins don't see it.
   *
   * @param headers What `await headers()` of `next/headers` gives.
   *
   * @example In a server component
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createNext } from "edgehog/next";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog } = createTestClient({ flags: { "new-nav": true } });
   * const next = createNext(posthog);
   * const headers = () => Promise.resolve(given); // `headers` of next/headers
   * const given = new Headers({ "x-posthog-distinct-id": "user-1" });
   *
   * async function Page() {
   *   const hog = next.fromHeaders(await headers());
   *   return (await hog.evaluateFlags()).isEnabled("new-nav") ? "new" : "old";
   * }
   *
   * assertEquals(await Page(), "new");
   * assertEquals(next.fromHeaders(given) === next.fromHeaders(given), true);
   * ```
   */
  fromHeaders(headers: HeadersLike): Scope;
  /**
   * The scope of the request at hand, which {@linkcode NextOptions.headers} tells: what `fromHeaders(await headers())` gives.
   * Without that option it is a new scope that knows no request, and an error says so.
   *
   * @returns Rejects with what `headers` throws, such as where Next.js stops rendering a page ahead of requests.
   *
   * @example In a server component
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createNext } from "edgehog/next";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog } = createTestClient({ flags: { "new-nav": true } });
   * const given = new Headers({ "x-posthog-distinct-id": "user-1" });
   * const headers = () => Promise.resolve(given); // `headers` of next/headers
   * const next = createNext(posthog, { headers }); // and { after } of next/server
   *
   * async function Page() {
   *   const hog = await next.getPostHog();
   *   return (await hog.evaluateFlags()).isEnabled("new-nav") ? "new" : "old";
   * }
   *
   * assertEquals(await Page(), "new");
   * ```
   */
  getPostHog(): Promise<Scope>;
  /**
   * Captures what Next.js could not complete, with its route: in pages, routes, server actions. Export it from
   * `instrumentation.ts`. What {@linkcode route} or {@linkcode proxy} has captured is not captured again.
   *
   * @returns Settles when the exception is delivered or given up. Never rejects.
   *
   * @example instrumentation.ts
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createNext } from "edgehog/next";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient();
   * const { onRequestError } = createNext(posthog);
   *
   * // As Next.js calls it:
   * await onRequestError(
   *   new Error("out of stock"),
   *   { path: "/orders/7?token=secret", method: "GET", headers: { host: "shop.example" } },
   *   { routerKind: "App Router", routePath: "/orders/[id]", routeType: "render" },
   * );
   * assertEquals(emulator.events[0]?.properties["route"], "/orders/[id]");
   * assertEquals(emulator.events[0]?.properties["$pathname"], "/orders/7");
   * ```
   */
  onRequestError(
    error: unknown,
    request: NextErrorRequest,
    context: NextErrorContext,
  ): Promise<void>;
}
