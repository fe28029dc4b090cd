import { assertEquals } from "@std/assert";
import { type RequestScope, withPostHog } from "edgehog";
import { createClient } from "edgehog/client";
import { createPostHogEmulator } from "edgehog/dev";
import { posthogHonoMiddleware, posthogMiddleware } from "edgehog/hono";
import { createTestClient } from "edgehog/testing";
import {
  compose,
  createRequest,
  describeException,
  FakeContext,
  FakeExecutionContext,
  runHono,
} from "./_hono.ts";

const boom = () => {
  throw new Error("boom");
};

Deno.test("a scope is there for what runs later, and its events leave (EDGE-350)", async () => {
  const { emulator, answer } = await runHono((_c, hog) => {
    hog.capture({ event: "viewed" });
    return new Response("ok");
  });
  assertEquals(await answer?.text(), "ok");
  assertEquals(
    emulator.events.map(({ event, distinctId, properties }) => [
      event,
      distinctId,
      properties["$request_path"],
    ]),
    [["viewed", "visitor-1", "/orders/7"]],
  );
});

Deno.test("posthogHonoMiddleware is the same function", () => {
  assertEquals(posthogHonoMiddleware, posthogMiddleware);
});

Deno.test("init is told Hono's context, and what it says is the scope's (EDGE-350)", async () => {
  const { emulator } = await runHono(
    (_c, hog) => void hog.capture({ event: "viewed" }),
    { middleware: { init: (c) => ({ distinctId: c.req.raw.method }) } },
  );
  assertEquals(emulator.events.map(({ distinctId }) => distinctId), ["GET"]);
});

Deno.test("an init that throws is told, and the request goes on (EDGE-004)", async () => {
  const { emulator, answer, errors } = await runHono(
    (_c, hog) => {
      hog.capture({ event: "viewed" });
      return new Response("ok");
    },
    { middleware: { init: boom } },
  );
  assertEquals(answer?.status, 200);
  assertEquals(errors.map(({ code }) => code), ["callback"]);
  assertEquals(emulator.events.length, 1);
});

Deno.test("what Hono answered is captured once, with the scope's identity, the route's pattern and the status (EDGE-353, EDGE-360, ERR-044)", async () => {
  const { emulator, answer } = await runHono(boom, {
    onError: () => new Response("sorry", { status: 503 }),
  });
  assertEquals([answer?.status, await answer?.text()], [503, "sorry"]);
  assertEquals(emulator.events.map(describeException), [
    ["boom", "visitor-1", "hono.middleware", "/orders/:id", 503],
  ]);
});

Deno.test("what gets past Hono is captured, and thrown on as it is (EDGE-360)", async () => {
  const value: unknown = "text";
  const { emulator, thrown } = await runHono(() => {
    throw value;
  });
  assertEquals(thrown, "text");
  assertEquals(emulator.events.map(describeException), [
    ["text", "visitor-1", "hono.middleware", "/orders/:id", undefined],
  ]);
});

const RETHROWS: readonly (readonly [
  what: string,
  rethrow: (error: Error) => Error,
  messages: readonly string[],
])[] = [
  ["the error", (error) => error, ["boom"]],
  [
    "another with the error as its cause",
    (cause) => new Error("wrapped", { cause }),
    ["wrapped"],
  ],
  ["quite another", () => new Error("second"), ["second", "boom"]],
];

for (const [what, rethrow, messages] of RETHROWS) {
  Deno.test(`an error handler that throws ${what}: nothing is captured twice, and nothing is lost (EDGE-350, EDGE-360)`, async () => {
    let isFirst = true;
    const { emulator, answer } = await runHono(boom, {
      onError(error) {
        // Hono asks again for each middleware on the way out.
        if (!isFirst) return new Response("outer", { status: 500 });
        isFirst = false;
        throw rethrow(error);
      },
    });
    assertEquals(answer?.status, 500);
    assertEquals(
      emulator.events.map(({ properties }) => properties["$exception_message"]),
      [...messages],
    );
  });
}

Deno.test("inside of withPostHog an error is captured once (EDGE-350)", async () => {
  const { posthog, emulator } = createTestClient();
  const handler = withPostHog(
    posthog,
    (request: Request, _env: unknown, ctx: FakeExecutionContext) =>
      compose(
        new FakeContext(request, ctx),
        [posthogMiddleware(posthog), boom],
        (error) => {
          throw error;
        },
      ),
  );
  const ctx = new FakeExecutionContext();
  const thrown = await handler(createRequest(), {}, ctx)
    .catch((error: Error) => error.message);
  await Promise.all(ctx.pending);
  assertEquals([thrown, emulator.events.length], ["boom", 1]);
});

Deno.test("mounted twice, the outer scope is kept, and an error is captured once (EDGE-360)", async () => {
  const { posthog, emulator, clock } = createTestClient();
  const middleware = posthogMiddleware(posthog);
  const c = new FakeContext(createRequest());
  const scopes: unknown[] = [];
  const look = (_c: unknown, next: () => Promise<void>) => {
    scopes.push(c.get("posthog"));
    return next();
  };
  await compose(c, [middleware, look, middleware, look, boom]);
  await clock.settle();
  assertEquals([scopes.length, new Set(scopes).size], [2, 1]);
  assertEquals(emulator.events.length, 1);
});

const NO_FAILURES: readonly (readonly [what: string, thrown: unknown])[] = [
  ["status 404", Object.assign(new Error("gone"), { status: 404 })],
  ["statusCode 401", Object.assign(new Error("who"), { statusCode: 401 })],
  ["status 302", Object.assign(new Error("moved"), { status: 302 })],
  [
    "a framework's signal",
    Object.assign(new Error(), { digest: "BAILOUT_TO_CLIENT_SIDE_RENDERING" }),
  ],
  ["a response", new Response("no")],
];

for (const [what, thrown] of NO_FAILURES) {
  Deno.test(`thrown with ${what} is no exception (EDGE-352)`, async () => {
    const { emulator } = await runHono(() => {
      throw thrown;
    });
    assertEquals(emulator.events.length, 0);
  });
}

const FAILURES: readonly (readonly [what: string, thrown: Error])[] = [
  ["status 500", Object.assign(new Error("x"), { status: 500 })],
  ["statusCode 502", Object.assign(new Error("x"), { statusCode: 502 })],
  ["a status that is text", Object.assign(new Error("x"), { status: "404" })],
];

for (const [what, thrown] of FAILURES) {
  Deno.test(`thrown with ${what} is an exception (EDGE-352)`, async () => {
    const { emulator } = await runHono(() => {
      throw thrown;
    });
    assertEquals(emulator.events.length, 1);
  });
}

Deno.test("the end of a request that the visitor broke off is no exception, another's abort is (EDGE-354)", async () => {
  const counts: number[] = [];
  for (const isAborted of [true, false]) {
    const controller = new AbortController();
    const { emulator } = await runHono(() => {
      if (isAborted) controller.abort();
      throw new DOMException("aborted", "AbortError");
    }, { request: createRequest({ signal: controller.signal }) });
    counts.push(emulator.events.length);
  }
  assertEquals(counts, [0, 1]);
});

Deno.test("events leave under the context's waitUntil, called on it (EDGE-351)", async () => {
  const executionCtx = new FakeExecutionContext();
  const { emulator, errors } = await runHono(
    (_c, hog) => void hog.capture({ event: "viewed" }),
    { executionCtx },
  );
  assertEquals([executionCtx.pending.length > 0, errors.length], [true, 0]);
  assertEquals(emulator.events.length, 1);
});

Deno.test("without a context the client's waitUntil is used (EDGE-351)", async () => {
  const pending: Promise<unknown>[] = [];
  await runHono((_c, hog) => void hog.capture({ event: "viewed" }), {
    client: { waitUntil: (promise) => void pending.push(promise) },
  });
  assertEquals(pending.length > 0, true);
});

Deno.test("without any waitUntil a flush is started, and the answer does not wait for it (EDGE-351)", async () => {
  let send = () => {};
  const sent = new Promise<void>((resolve) => send = resolve);
  const emulator = createPostHogEmulator();
  const { posthog, clock } = createTestClient({
    // Gathers: without the flush the event would stay.
    flushAt: 100,
    flushInterval: 0,
    fetch: async (input, init) => {
      await sent;
      return emulator.fetch(input, init);
    },
  });
  const c = new FakeContext(createRequest());
  const handler = () => {
    (c.get("posthog") as RequestScope).capture({ event: "viewed" });
    return new Response("ok");
  };
  const answer = await compose(c, [posthogMiddleware(posthog), handler]);
  assertEquals([answer.status, emulator.events.length], [200, 0]);
  send();
  await clock.settle();
  assertEquals(emulator.events.length, 1);
});

Deno.test("without error tracking no exception is captured, silently (EDGE-356)", async () => {
  const emulator = createPostHogEmulator();
  const logs: string[] = [];
  const log = (message: string) => void logs.push(message);
  const posthog = createClient("phc_x", {
    fetch: emulator.fetch,
    disableSingletonWarning: true,
    logger: { debug: log, info: log, warn: log, error: log },
  });
  const c = new FakeContext(createRequest());
  const answer = await compose(c, [posthogMiddleware(posthog), boom]);
  await posthog.flush();
  assertEquals([answer.status, emulator.events, logs], [500, [], []]);
});

Deno.test("without Hono's context the request goes on, with one ConfigError", async () => {
  const { posthog, errors, logs } = createTestClient();
  const middleware = posthogMiddleware(posthog);
  let count = 0;
  const next = () => Promise.resolve(void count++);
  for (const c of [undefined, {}]) await middleware(c as never, next);
  assertEquals(count, 2);
  assertEquals(
    errors.map(({ name, message }) => [name, message]),
    [[
      "ConfigError",
      "Cannot use 'posthogMiddleware': expected a client, and its own framework",
    ]],
  );
  assertEquals(logs.length, 1);
});

Deno.test("without a client the request goes on, with one line on the console", async () => {
  const lines: unknown[] = [];
  const { error } = console;
  Object.assign(console, { error: (line: unknown) => void lines.push(line) });
  try {
    const middleware = posthogMiddleware<RequestScope>(undefined as never);
    for (const _ of [1, 2]) {
      const c = new FakeContext(createRequest());
      const answer = await compose(c, [middleware, () => new Response("ok")]);
      assertEquals([answer.status, c.get("posthog")], [200, undefined]);
    }
  } finally {
    Object.assign(console, { error });
  }
  assertEquals(lines.length, 1);
});
