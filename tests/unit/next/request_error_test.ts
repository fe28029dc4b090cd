import { assertEquals, assertRejects } from "@std/assert";
import { createNext, type NextErrorRequest } from "edgehog/next";
import { createTestClient } from "edgehog/testing";
import {
  createContext,
  createRequest,
  createTestNext,
  describeException,
} from "./_next.ts";

/** As Next.js tells of a request. */
const REQUEST: NextErrorRequest = {
  path: "/orders/7?token=secret#top",
  method: "POST",
  headers: { host: "shop.example", "x-posthog-distinct-id": "visitor-1" },
};

const CONTEXT = {
  routerKind: "App Router",
  routePath: "/orders/[id]",
  routeType: "render",
  renderSource: "react-server-components",
  revalidateReason: undefined,
};

Deno.test("onRequestError() captures with the route, without the query, and returns the flush (EDGE-353, EDGE-362)", async () => {
  const { next, emulator, pending } = createTestNext();
  const error = Object.assign(new Error("boom"), { digest: "3375759915" });
  assertEquals(await next.onRequestError(error, REQUEST, CONTEXT), undefined);
  const [event] = emulator.events;
  assertEquals([emulator.events.length, event?.distinctId], [1, "visitor-1"]);
  const properties = event?.properties ?? {};
  assertEquals(
    Object.fromEntries(
      Object.entries(properties).filter(([name]) =>
        /^(?:nextjs_|route$|\$http_|\$path|\$current_url|\$exception_(?:source|message|level))/
          .test(name)
      ),
    ),
    {
      "$current_url": "http://shop.example/orders/7",
      "$exception_level": "error",
      "$exception_message": "boom",
      "$exception_source": "next.request_error",
      "$http_method": "POST",
      "$pathname": "/orders/7",
      "nextjs_error_digest": "3375759915",
      "nextjs_render_source": "react-server-components",
      "nextjs_route_path": "/orders/[id]",
      "nextjs_route_type": "render",
      "nextjs_router_kind": "App Router",
      route: "/orders/[id]",
    },
  );
  assertEquals(JSON.stringify(properties).includes("secret"), false);
  assertEquals(pending, [], "Next.js awaits what it returns");
});

Deno.test("onRequestError() leaves to a wrapper what that has captured, of another client for the project too (EDGE-350, EDGE-362)", async () => {
  const { next, emulator, pending } = createTestNext();
  const instrumentation = createTestNext();
  const GET = next.route(() => Promise.reject(new Error("boom")));
  const error = await assertRejects(() =>
    GET(createRequest(), createContext({ id: "7" }))
  );
  await next.onRequestError(error, REQUEST, CONTEXT);
  await instrumentation.next.onRequestError(error, REQUEST, CONTEXT);
  await Promise.all(pending);
  assertEquals(emulator.events.map(describeException), [
    ["boom", "next.route", "/api/orders/[id]"],
  ]);
  assertEquals(instrumentation.emulator.events, []);
});

Deno.test("onRequestError() captures what a wrapper of another project has captured", async () => {
  const { next } = createTestNext();
  const { posthog, emulator } = createTestClient({
    host: "https://other.example",
  });
  const GET = next.route(() => Promise.reject(new Error("boom")));
  const error = await assertRejects(() =>
    GET(createRequest(), createContext())
  );
  await createNext(posthog).onRequestError(error, REQUEST, CONTEXT);
  assertEquals(emulator.events.length, 1);
});

Deno.test("onRequestError() leaves alone what was captured by hand (EDGE-350)", async () => {
  const { next, posthog, emulator } = createTestNext();
  const error = new Error("boom");
  posthog.captureException(error);
  await next.onRequestError(error, REQUEST, CONTEXT);
  await posthog.flush();
  assertEquals(emulator.events.length, 1);
});

for (
  const digest of [
    "NEXT_REDIRECT;push;/login;307;",
    "NEXT_HTTP_ERROR_FALLBACK;404",
    "DYNAMIC_SERVER_USAGE",
    "BAILOUT_TO_CLIENT_SIDE_RENDERING",
    "HANGING_PROMISE_REJECTION",
    "NEXT_PRERENDER_INTERRUPTED",
  ]
) {
  Deno.test(`onRequestError() knows that ${digest} is no error (EDGE-352)`, async () => {
    const { next, emulator } = createTestNext();
    await next.onRequestError({ digest }, REQUEST, CONTEXT);
    assertEquals(emulator.events, []);
  });
}

Deno.test("onRequestError() never rejects, whatever it is told (EDGE-004)", async () => {
  const { next, emulator } = createTestNext();
  const rows: readonly unknown[][] = [
    [],
    ["text", null, null],
    [new Error("boom"), { path: 5 }, "context"],
    [Object.freeze(new Error("boom")), REQUEST, {}],
  ];
  for (const row of rows) {
    await Reflect.apply(next.onRequestError, undefined, row);
  }
  assertEquals(emulator.events.length, 4);
});

Deno.test("onRequestError() asks 'init' who it was (EDGE-350)", async () => {
  const { next, emulator } = createTestNext({
    init: ({ method }) => ({ distinctId: `user of ${method}` }),
  });
  await next.onRequestError(new Error("boom"), REQUEST, CONTEXT);
  assertEquals(emulator.events[0]?.distinctId, "user of POST");
});

Deno.test("onRequestError() warns of no lost events in the edge runtime, since Next.js awaits it (EDGE-362)", async () => {
  const edge = globalThis as { EdgeRuntime?: unknown };
  edge.EdgeRuntime = "edge-runtime";
  try {
    const { next, emulator, logs } = createTestNext();
    await next.onRequestError(new Error("boom"), REQUEST, CONTEXT);
    assertEquals([emulator.events.length, logs], [1, []]);
  } finally {
    delete edge.EdgeRuntime;
  }
});

Deno.test("an error that a wrapper marked shows nothing of that (EDGE-004)", async () => {
  const { next, pending } = createTestNext();
  const GET = next.route(() => Promise.reject(new Error("boom")));
  const error = await assertRejects(() =>
    GET(createRequest(), createContext())
  );
  await Promise.all(pending);
  assertEquals(Object.keys(error as Error), []);
  assertEquals(
    Deno.inspect(error, { showHidden: true }).includes("phc"),
    false,
  );
});
