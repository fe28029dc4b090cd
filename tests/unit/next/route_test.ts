import { assert, assertEquals, assertRejects } from "@std/assert";
import { withPostHog } from "edgehog";
import { createClient } from "edgehog/client";
import { createNext } from "edgehog/next";
import { createTestClientBy } from "edgehog/testing";
import {
  createContext,
  createRequest,
  createTestNext,
  describeException,
} from "./_next.ts";

Deno.test("route() hands the handler its own arguments and the request's scope, and its answer through (EDGE-350)", async () => {
  const { next, emulator, pending } = createTestNext();
  const answer = new Response("ok");
  const seen: unknown[] = [];
  const GET = next.route((request, context, hog) => {
    seen.push(request, context);
    hog.capture({ event: "viewed" });
    return answer;
  });
  const [request, context] = [createRequest(), createContext()];
  assert(await GET(request, context) === answer);
  assert(seen[0] === request && seen[1] === context);
  await Promise.all(pending);
  assertEquals(
    emulator.events.map(({ event, distinctId, properties }) => [
      event,
      distinctId,
      properties["$request_path"],
    ]),
    [["viewed", "visitor-1", "/api/orders/7"]],
  );
});

Deno.test("route() calls 'after' with a promise once per drain, and not without events (EDGE-351, EDGE-361)", async () => {
  const { next, pending, clock } = createTestNext();
  await next.route(() => new Response())(createRequest(), createContext());
  assertEquals(pending.length, 0);
  const GET = next.route((_request, _context, hog) => {
    hog.capture({ event: "one" });
    hog.capture({ event: "two" });
    return new Response();
  });
  await GET(createRequest(), createContext());
  await clock.settle();
  assertEquals(pending.length, 1);
  assert(pending[0] instanceof Promise);
});

Deno.test("an 'after' that throws counts as none: the client's 'waitUntil' is asked, and nothing is told (EDGE-351, EDGE-361)", async () => {
  const kept: Promise<unknown>[] = [];
  const { next, emulator, errors, logs, clock } = createTestNext({
    after() {
      throw new Error("`after` was called outside a request scope");
    },
  }, { waitUntil: (promise) => void kept.push(promise) });
  const GET = next.route((_request, _context, hog) => {
    hog.capture({ event: "viewed" });
    return new Response();
  });
  await GET(createRequest(), createContext());
  await clock.settle();
  assertEquals(emulator.events.length, 1);
  assertEquals([kept.length, errors.length, logs.length], [1, 0, 0]);
});

Deno.test("without 'after' the client's 'waitUntil' keeps the request, else a flush is started and not awaited (EDGE-351)", async () => {
  for (const isKept of [true, false]) {
    const kept: Promise<unknown>[] = [];
    const { next, emulator, clock } = createTestNext({ after: undefined }, {
      waitUntil: isKept ? (promise) => void kept.push(promise) : undefined,
      // Gathers, where it may.
      flushAt: 20,
    });
    const GET = next.route((_request, _context, hog) => {
      hog.capture({ event: "viewed" });
      return new Response();
    });
    await GET(createRequest(), createContext());
    assertEquals(emulator.events.length, 0, "the answer did not wait");
    await clock.settle();
    assertEquals([emulator.events.length, kept.length > 0], [1, isKept]);
  }
});

interface RouteRow {
  readonly name: string;
  readonly path: string;
  readonly params: Record<string, string | string[]>;
  readonly route: string | undefined;
}

const ROUTES: readonly RouteRow[] = [
  { name: "no segment", path: "/api/orders", params: {}, route: "/api/orders" },
  {
    name: "a segment",
    path: "/api/orders/7?token=secret",
    params: { id: "7" },
    route: "/api/orders/[id]",
  },
  {
    name: "two segments with one value",
    path: "/api/7/7",
    params: { shop: "7", id: "7" },
    route: "/api/[shop]/[id]",
  },
  {
    name: "a list of segments",
    path: "/docs/a/b/edit",
    params: { slug: ["a", "b"] },
    route: "/docs/[...slug]/edit",
  },
  {
    name: "an encoded value",
    path: "/api/orders/a%20b",
    params: { id: "a b" },
    route: "/api/orders/[id]",
  },
  {
    name: "a value that is encoded, too",
    path: "/api/orders/a%20b",
    params: { id: "a%20b" },
    route: "/api/orders/[id]",
  },
  {
    name: "a value in two places",
    path: "/api/7/orders/7",
    params: { id: "7" },
    route: undefined,
  },
  {
    name: "a rewritten path",
    path: "/pretty/7",
    params: { id: "8" },
    route: undefined,
  },
];

for (const { name, path, params, route } of ROUTES) {
  Deno.test(`an exception of a route with ${name} carries the pattern, or none (EDGE-353)`, async () => {
    const { next, emulator, pending } = createTestNext();
    const error = new Error("boom");
    const GET = next.route(() => Promise.reject(error));
    const thrown = await assertRejects(() =>
      GET(createRequest(path), createContext(params))
    );
    assert(thrown === error);
    await Promise.all(pending);
    assertEquals(emulator.events.map(describeException), [
      ["boom", "next.route", route],
    ]);
  });
}

const aborted = AbortSignal.abort();
const abortError = new DOMException("gone", "AbortError");

const THROWN: readonly (readonly [
  name: string,
  thrown: unknown,
  count: number,
  signal?: AbortSignal,
])[] = [
  ["an error", new Error("boom"), 1],
  ["text", "boom", 1],
  ["nothing", undefined, 1],
  ["an error of status 404", Object.assign(new Error(), { status: 404 }), 0],
  ["one of statusCode 410", Object.assign(new Error(), { statusCode: 410 }), 0],
  ["one of status 302", { status: 302 }, 0],
  ["an error of status 500", Object.assign(new Error(), { status: 500 }), 1],
  ["one of statusCode 503", Object.assign(new Error(), { statusCode: 503 }), 1],
  ["a status that is text", Object.assign(new Error(), { status: "404" }), 1],
  ["a response", new Response(null, { status: 404 }), 0],
  ["a redirect", { digest: "NEXT_REDIRECT;replace;/;307;" }, 0],
  ["a missing page", { digest: "NEXT_HTTP_ERROR_FALLBACK;404" }, 0],
  ["a page that needs its request", { digest: "DYNAMIC_SERVER_USAGE" }, 0],
  [
    "a part for the browser",
    { digest: "BAILOUT_TO_CLIENT_SIDE_RENDERING" },
    0,
  ],
  ["a finished shell", { digest: "HANGING_PROMISE_REJECTION" }, 0],
  ["the abort of a request that was aborted", abortError, 0, aborted],
  ["an abort of something else", abortError, 1],
  ["another error in an aborted request", new Error("boom"), 1, aborted],
  [
    "what refuses to be looked at",
    new Proxy({}, {
      get() {
        throw new Error("no");
      },
    }),
    1,
  ],
];

for (const [name, thrown, count, signal] of THROWN) {
  Deno.test(`route() tells ${name} from a failure and throws it on (EDGE-352, EDGE-354)`, async () => {
    const { next, emulator, pending } = createTestNext();
    const GET = next.route(() => {
      throw thrown;
    });
    const request = createRequest("/", signal ? { signal } : {});
    let escaped: unknown = "nothing";
    try {
      await GET(request, createContext());
    } catch (error) {
      escaped = error;
    }
    assert(escaped === thrown);
    await Promise.all(pending);
    assertEquals(emulator.events.length, count);
  });
}

Deno.test("a route in a handler of withPostHog() captures an error once (EDGE-350)", async () => {
  const { next, posthog, emulator, pending, clock } = createTestNext();
  const GET = next.route(() => Promise.reject(new Error("boom")));
  const outer = withPostHog(
    posthog,
    (request: Request) => GET(request, createContext()),
  );
  await assertRejects(() => outer(createRequest()));
  await Promise.all(pending);
  await clock.settle();
  assertEquals(emulator.events.map(({ event }) => event), ["$exception"]);
});

Deno.test("'init' says who asks; one that fails is told of, and the handler runs without (EDGE-350)", async () => {
  const { next, emulator, errors, pending } = createTestNext({
    init({ url }) {
      if (url?.endsWith("fails")) throw new Error("no session");
      return { distinctId: "user-1" };
    },
  });
  const GET = next.route((_request, _context, hog) => {
    hog.capture({ event: "viewed" });
    return new Response();
  });
  await GET(createRequest("/"), createContext());
  await GET(createRequest("/fails"), createContext());
  await Promise.all(pending);
  assertEquals(emulator.events.map(({ distinctId }) => distinctId), [
    "user-1",
    "visitor-1",
  ]);
  assertEquals(errors.map(({ code }) => code), ["callback"]);
});

Deno.test("a client without error tracking captures no exception, silently (EDGE-356)", async () => {
  const { posthog, emulator, logs, errors, clock } = createTestClientBy(
    (apiKey, given) => createClient(apiKey, given),
  );
  const GET = createNext(posthog).route((_request, _context, hog) => {
    hog.capture({ event: "viewed" });
    throw new Error("boom");
  });
  await assertRejects(() => GET(createRequest(), createContext()));
  await clock.settle();
  assertEquals(emulator.events.map(({ event }) => event), ["viewed"]);
  assertEquals([logs.length, errors.length], [0, 0]);
});
