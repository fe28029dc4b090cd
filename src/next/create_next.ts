import { captureFailure } from "../adapters/failure.ts";
import { Requests } from "../adapters/requests.ts";
import type { KernelScope } from "../client/scope_types.ts";
import type { ScopeMaker } from "../client/with_posthog.ts";
import { ConfigError } from "../core/errors.ts";
import { attempt, isObject } from "../core/guards.ts";
import {
  type ExecutionContextLike,
  hasWaitUntil,
  type RequestLike,
} from "../core/platform.ts";
import { findRoute } from "./route.ts";
import type {
  HeadersLike,
  NextAdapter,
  NextErrorContext,
  NextErrorRequest,
  NextOptions,
} from "./types.ts";

/** Next.js waits for what `onRequestError` returns, and that is the flush. */
const AWAITED: ExecutionContextLike = { waitUntil() {} };

/**
 * Puts a client into the places where Next.js 15 and 16 run an application's code: route handlers, `proxy.ts` (or
 * `middleware.ts`), server components, server actions and `instrumentation.ts`. Does nothing until one of them runs.
 *
 * @param posthog The client. The scopes have the verbs of its features; without error tracking no exception is captured.
 * @param options See {@linkcode NextOptions}.
 *
 * @example lib/posthog.ts
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createNext } from "edgehog/next";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog, emulator } = createTestClient();
 * const pending: Promise<unknown>[] = [];
 * const after = (work: Promise<unknown>) => void pending.push(work); // `after` of next/server
 *
 * const next = createNext(posthog, { after });
 * const POST = next.route(async (request, _context, hog) => {
 *   hog.capture({ event: "order placed", distinctId: "user-1" });
 *   return Response.json(await request.json());
 * });
 *
 * const request = new Request("https://shop.example/api/orders", { method: "POST", body: "[]" });
 * await POST(request, { params: Promise.resolve({}) });
 * await Promise.all(pending);
 * assertEquals(emulator.events.map(({ event }) => event), ["order placed"]);
 * ```
 */
export function createNext<Scope extends Pick<KernelScope, "flush">>(
  posthog: ScopeMaker<Scope>,
  options: NextOptions<Scope> = {},
): NextAdapter<Scope> {
  const requests = new Requests(posthog, options);
  const scopes = new WeakMap<object, Scope>();
  const { after, headers } = options;
  const afterContext = after && {
    waitUntil(promise: Promise<unknown>): void {
      try {
        after(promise);
      } catch {
        // Outside of a request, such as where a page is made ahead of them, there is none.
        requests.host?.keepAlive(promise);
      }
    },
  };

  const project = (): string => {
    const { apiKey, host } = requests.host?.options ?? {};
    return `${apiKey} ${host}`;
  };
  const open = (
    request: RequestLike | undefined,
    ctx?: ExecutionContextLike,
  ): Scope => requests.open(request, ctx, () => options.init?.(request ?? {}));

  const wrap = (
    source: string,
    handler: (first: never, second: never, hog: Scope) => unknown,
  ) =>
  async (request: RequestLike, second: unknown): Promise<unknown> => {
    const ctx = hasWaitUntil(second) ? second : afterContext;
    const hog = open(request, ctx);
    try {
      return await requests.run(
        hog,
        request,
        () => handler(request as never, second as never, hog),
      );
    } catch (error) {
      const route = await findRoute(request, second);
      captureFailure(hog, error, source, request, { route });
      mark(error, project());
      throw error;
    } finally {
      // Never rejects, and nobody waits for it.
      if (!ctx) void hog.flush();
    }
  };

  const fromHeaders = (headers: HeadersLike): Scope => {
    const known = scopes.get(headers);
    if (known) return known;
    const hog = open({ headers: headers as Headers }, afterContext);
    if (isObject(headers)) scopes.set(headers, hog);
    return hog;
  };

  return {
    route: (handler) => wrap("next.route", handler) as never,
    proxy: (handler) => wrap("next.middleware", handler) as never,
    fromHeaders,
    async getPostHog() {
      // What Next.js throws there to stop rendering passes.
      if (headers) return fromHeaders(await headers());
      const message =
        "Cannot know who asks in 'getPostHog': expected option 'headers'";
      const error = new ConfigError(message, "headers");
      requests.host?.reporter.tell(error, "error", message);
      return open(undefined, afterContext);
    },
    async onRequestError(error, request, context) {
      if (isMarked(error, project())) return;
      const { path, method, headers } = Object(request) as NextErrorRequest;
      const given = { url: path, method, headers };
      const hog = open(given, AWAITED);
      captureFailure(hog, error, "next.request_error", undefined, {
        "$http_method": method,
        "$pathname": attempt(() => path.split(/[?#]/, 1)[0]),
        ...describe(error, Object(context)),
      });
      await hog.flush();
    },
  };
}

/**
 * Where an error that escaped a wrapper says of which project. Next.js has modules of their own for pages, routes, `proxy.ts`
 * and `instrumentation.ts`, each of which may have a client of its own, and for the edge runtime a realm of its own: only
 * the error itself is the same everywhere.
 */
const ESCAPED = Symbol.for("edgehog.nextEscaped");

/** Not enumerable, since the error is the application's, and without the token in sight. A frozen one stays as it is. */
function mark(error: unknown, project: string): void {
  attempt(() =>
    Object.defineProperty(error, ESCAPED, {
      value: (other: string) => other === project,
      configurable: true,
    })
  );
}

function isMarked(error: unknown, project: string): boolean {
  return attempt(() => Object(error)[ESCAPED](project)) === true;
}

/** The properties by which PostHog's own package for Next.js tells where an error came from. */
function describe(
  error: unknown,
  context: NextErrorContext,
): Readonly<Record<string, unknown>> {
  return {
    route: context.routePath,
    "nextjs_router_kind": context.routerKind,
    "nextjs_route_path": context.routePath,
    "nextjs_route_type": context.routeType,
    "nextjs_render_source": context.renderSource,
    "nextjs_revalidate_reason": context.revalidateReason,
    "nextjs_error_digest": attempt(() => Object(error).digest),
  };
}
