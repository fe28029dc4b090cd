import { assertEquals } from "@std/assert";
import { type ClientOf, createClient, type KernelScope } from "edgehog/client";
import { createPostHogEmulator } from "edgehog/dev";
import {
  errorTracking,
  type ErrorTrackingFeature,
} from "edgehog/error-tracking";
import { featureFlags } from "edgehog/feature-flags";
import { createNext } from "edgehog/next";
import { createTestClient } from "edgehog/testing";

const { fetch } = createPostHogEmulator();
const options = { fetch, disableSingletonWarning: true };
const headers = new Headers();

/** As Next.js has it. */
interface NextRequest extends Request {
  readonly nextUrl: URL;
}

/** What Next.js's own check of a route's exports asks for. */
interface RouteExports<Params> {
  GET?: (
    request: NextRequest,
    context: { params: Promise<Params> },
  ) => Promise<Response | void> | Response | void;
}

/** What it asks of `instrumentation.ts`. */
interface InstrumentationExports {
  onRequestError?(
    error: unknown,
    request: Readonly<{
      path: string;
      method: string;
      headers: Record<string, string | string[] | undefined>;
    }>,
    context: Readonly<{
      routerKind: "Pages Router" | "App Router";
      routePath: string;
      routeType: "render" | "route" | "action" | "proxy";
      renderSource?: "react-server-components" | "server-rendering";
      revalidateReason: "on-demand" | "stale" | undefined;
    }>,
  ): void | Promise<void>;
}

Deno.test("the scope of an adapter has the verbs of the client's features, and no others (EDGE-356)", () => {
  const kernel = createNext(createClient("phc_x", options));
  kernel.fromHeaders(headers) satisfies KernelScope;
  // @ts-expect-error: exceptions are not tracked
  assertEquals(kernel.fromHeaders(headers).captureException, undefined);

  const errors = createNext(
    createClient("phc_x", { ...options, use: [errorTracking()] }),
  );
  errors.fromHeaders(headers).captureException satisfies unknown;
  // @ts-expect-error: there are no flags
  assertEquals(errors.fromHeaders(headers).evaluateFlags, undefined);

  const flags = createNext(
    createClient("phc_x", { ...options, use: [featureFlags()] }),
  );
  flags.route(async (_request, _context, hog) =>
    Response.json((await hog.evaluateFlags("user-1")).keys)
  );
  flags.proxy((_request, _event, hog) => {
    // @ts-expect-error: exceptions are not tracked
    assertEquals(hog.captureException, undefined);
  });

  const everything = createNext(createTestClient().posthog);
  const hog = everything.fromHeaders(headers);
  [hog.captureException, hog.evaluateFlags] satisfies unknown[];

  const posthog: ClientOf<readonly [ErrorTrackingFeature]> = createClient(
    "phc_x",
    { ...options, use: [errorTracking()] },
  );
  createNext(posthog).fromHeaders(headers).captureException satisfies unknown;
});

Deno.test("route() keeps the handler's type, and fits what Next.js asks of a route (EDGE-361)", () => {
  const next = createNext(createTestClient().posthog);
  const GET = next.route(
    (
      request: NextRequest,
      { params }: { params: Promise<{ id: string }> },
      hog,
    ): Promise<Response> => {
      hog.capture({ event: request.nextUrl.pathname });
      return params.then(({ id }) => Response.json(id));
    },
  );
  ({ GET }) satisfies RouteExports<{ id: string }>;
  GET satisfies (
    request: NextRequest,
    context: { params: Promise<{ id: string }> },
  ) => Promise<Response>;

  const inferred = next.route(async (request, context, hog) => {
    hog.capture({ event: request.url, properties: await context.params });
    return new Response();
  });
  ({ GET: inferred }) satisfies RouteExports<{ slug: string[] }>;
  ({ GET: next.route(() => new Response()) }) satisfies RouteExports<
    Record<never, never>
  >;
});

Deno.test("proxy() and onRequestError() fit what Next.js asks for (EDGE-361, EDGE-362)", () => {
  const next = createNext(createTestClient().posthog, {
    // `after` of next/server.
    after<T>(_task: Promise<T> | (() => T | Promise<T>)): void {},
  });
  next.proxy((request: NextRequest, event, hog) => {
    event.waitUntil(hog.flush());
    return Response.redirect(request.nextUrl);
  }) satisfies (
    request: NextRequest,
    event: { waitUntil(promise: Promise<unknown>): void; sourcePage: string },
  ) => Promise<Response>;
  ({ onRequestError: next.onRequestError }) satisfies InstrumentationExports;
});
