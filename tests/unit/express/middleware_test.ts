import { assertEquals, assertStrictEquals } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import type { RequestScope } from "edgehog";
import {
  setupExpressErrorHandler,
  setupExpressRequestContext,
} from "edgehog/express";
import { createTestClient } from "edgehog/testing";
import {
  createRequest,
  FakeApp,
  isErrorMiddleware,
  runExpress,
} from "./_express.ts";

const boom = (): never => {
  throw new Error("boom");
};

Deno.test("setupExpressRequestContext() puts a scope into res.locals, which knows the request as the visitor made it (EDGE-350)", async () => {
  const { emulator } = await runExpress((hog, req) => {
    // Express changes it as it goes.
    Object.assign(req, { url: "/7" });
    hog.capture({ event: "viewed" });
  });
  assertEquals(
    emulator.events.map(({ event, distinctId, properties }) => [
      event,
      distinctId,
      properties["$current_url"],
      properties["$request_method"],
      properties["$ip"],
    ]),
    [[
      "viewed",
      "visitor-1",
      "http://shop.example/shop/orders/7",
      "GET",
      undefined,
    ]],
  );
});

Deno.test("init says what the application knows of a request (EDGE-350)", async () => {
  const { emulator } = await runExpress(
    (hog) => void hog.capture({ event: "viewed" }),
    {
      init: ({ ip = "" }) => ({ ip }),
      req: createRequest({ ip: "203.0.113.7" }),
    },
  );
  assertEquals(emulator.events[0]?.properties["$ip"], "203.0.113.7");
});

Deno.test("an init that throws is told, and the request goes on (EDGE-004)", async () => {
  const { emulator, errors } = await runExpress(
    (hog) => void hog.capture({ event: "viewed" }),
    { init: boom },
  );
  assertEquals(errors.map(({ code }) => code), ["callback"]);
  assertEquals(emulator.events.length, 1);
});

Deno.test("the client's own methods act for the scope, where the application keeps one", async () => {
  const contextStorage = new AsyncLocalStorage();
  let seen: unknown;
  const { locals } = await runExpress(
    () => seen = contextStorage.getStore(),
    { client: { contextStorage } },
  );
  assertEquals(typeof seen, "object");
  assertStrictEquals(seen, locals["posthog"]);
});

Deno.test("set up twice, the outer scope is kept (EDGE-350)", () => {
  const { posthog } = createTestClient();
  const app = new FakeApp();
  setupExpressRequestContext(posthog, app);
  setupExpressRequestContext(posthog, app);
  const res = { locals: {} as Record<string, unknown> };
  const scopes = new Set<unknown>();
  for (const middleware of app.middleware) {
    if (isErrorMiddleware(middleware)) continue;
    middleware(createRequest(), res, () => scopes.add(res.locals["posthog"]));
  }
  assertEquals(scopes.size, 1);
});

Deno.test("setupExpressErrorHandler() captures an error once, with the scope's identity and the route's pattern, and passes it on as it is (EDGE-350, EDGE-352, EDGE-353)", async () => {
  const error = new Error("boom");
  const { emulator, passed } = await runExpress((hog) => {
    hog.setContext({ distinctId: "user-1" });
    throw error;
  }, { req: createRequest({ route: { path: "/orders/:id" } }) });
  assertStrictEquals(passed, error);
  assertEquals(
    emulator.events.map(({ distinctId, properties }) => [
      distinctId,
      properties["$exception_message"],
      properties["$exception_source"],
      properties["route"],
      properties["$request_path"],
    ]),
    [[
      "user-1",
      "boom",
      "express.error_handler",
      "/orders/:id",
      "/shop/orders/7",
    ]],
  );
});

const ROUTES: readonly (readonly [what: string, route: unknown])[] = [
  ["an expression", { path: /orders/ }],
  ["none", undefined],
  ["one that can't be read", {
    get path(): string {
      return boom();
    },
  }],
];

for (const [what, route] of ROUTES) {
  Deno.test(`a route that is ${what} is no property (EDGE-353)`, async () => {
    const req = createRequest({ route: route as never });
    const { emulator } = await runExpress(boom, { req });
    assertEquals(emulator.events.map(({ properties }) => properties["route"]), [
      undefined,
    ]);
  });
}

Deno.test("the error handler alone knows who asked (EDGE-350)", async () => {
  const { posthog, emulator } = createTestClient();
  const app = new FakeApp();
  setupExpressErrorHandler(posthog, app);
  const [middleware] = app.middleware;
  if (middleware && isErrorMiddleware(middleware)) {
    middleware(new Error("boom"), createRequest(), { locals: {} }, () => {});
  }
  await posthog.flush();
  assertEquals(emulator.events.map(({ distinctId }) => distinctId), [
    "visitor-1",
  ]);
});

const NO_FAILURES: readonly (readonly [what: string, thrown: unknown])[] = [
  ["status 404", Object.assign(new Error("gone"), { status: 404 })],
  ["statusCode 400", Object.assign(new Error("bad"), { statusCode: 400 })],
];

for (const [what, thrown] of NO_FAILURES) {
  Deno.test(`passed on with ${what} it is no exception (EDGE-352)`, async () => {
    const { emulator, passed } = await runExpress(() => {
      throw thrown;
    });
    assertStrictEquals(passed, thrown);
    assertEquals(emulator.events.length, 0);
  });
}

Deno.test("the end of a request that the visitor broke off is no exception, another's abort is (EDGE-354)", async () => {
  const counts: number[] = [];
  for (const destroyed of [true, false]) {
    const { emulator } = await runExpress(() => {
      throw new DOMException("aborted", "AbortError");
    }, { res: { locals: {}, destroyed } });
    counts.push(emulator.events.length);
  }
  assertEquals(counts, [0, 1]);
});

Deno.test("captured by hand and then thrown it is one exception (EDGE-350)", async () => {
  const { emulator } = await runExpress((hog: RequestScope) => {
    const error = new Error("boom");
    hog.captureException(error);
    throw error;
  });
  assertEquals(emulator.events.length, 1);
});

Deno.test("without Express's own objects the request goes on, with one ConfigError of each function", () => {
  const { posthog, errors } = createTestClient();
  const app = new FakeApp();
  setupExpressRequestContext(posthog, app);
  setupExpressErrorHandler(posthog, app);
  let count = 0;
  const next = () => void count++;
  for (const middleware of [...app.middleware, ...app.middleware]) {
    const none = undefined as never;
    if (isErrorMiddleware(middleware)) {
      middleware(new Error("boom"), none, none, next);
    } else middleware(none, none, next);
  }
  assertEquals(count, 4);
  assertEquals(errors.map(({ name }) => name), ["ConfigError", "ConfigError"]);
});
