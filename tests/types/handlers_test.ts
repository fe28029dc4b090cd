import { assertEquals } from "@std/assert";
import { type RequestScope, withPostHog } from "edgehog";
import { createTestClient } from "edgehog/testing";

interface Env {
  readonly NAME: string;
}

interface Context {
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
}

/** As the Workers types have it. */
interface ExportedHandler<Env> {
  fetch?(
    request: Request,
    env: Env,
    ctx: Context,
  ): Response | Promise<Response>;
  scheduled?(controller: object, env: Env, ctx: Context): void | Promise<void>;
}

const { posthog } = createTestClient();
const answer = (text: string) => new Response(text);
const request = new Request("https://shop.example/");
const env: Env = { NAME: "shop" };
const ctx: Context = { waitUntil() {}, passThroughOnException() {} };

Deno.test("withPostHog() takes handlers that want no scope (FLD-063)", async () => {
  const one = withPostHog(posthog, (request: Request) => answer(request.url));
  ({ fetch: one }) satisfies ExportedHandler<Env>;
  assertEquals(await (await one(request)).text(), request.url);

  const two = withPostHog(
    posthog,
    (_request: Request, env: Env) => answer(env.NAME),
  );
  ({ fetch: two }) satisfies ExportedHandler<Env>;
  assertEquals(await (await two(request, env)).text(), "shop");

  const three = withPostHog(
    posthog,
    (_request: Request, env: Env, ctx: Context) => {
      ctx.passThroughOnException();
      return answer(env.NAME);
    },
  );
  ({ fetch: three }) satisfies ExportedHandler<Env>;
  assertEquals(await (await three(request, env, ctx)).text(), "shop");
});

Deno.test("withPostHog() takes a Next route (FLD-063)", async () => {
  type Route = { params: Promise<{ id: string }> };
  const GET = withPostHog(
    posthog,
    async (_request: Request, { params }: Route, hog: RequestScope) => {
      hog.capture({ event: "read" });
      return answer((await params).id);
    },
  );
  GET satisfies (request: Request, route: Route) => Promise<Response>;
  const params = Promise.resolve({ id: "7" });
  assertEquals(await (await GET(request, { params })).text(), "7");
});

Deno.test("withPostHog() knows the scope where the other parameters are annotated (FLD-063)", async () => {
  const worker = withPostHog(
    posthog,
    (request: Request, env: Env, _ctx: Context, hog) => {
      hog satisfies RequestScope;
      hog.capture({ event: env.NAME });
      return answer(request.url);
    },
  );
  ({ fetch: worker }) satisfies ExportedHandler<Env>;
  await worker(request, env, ctx);

  const serve = withPostHog(
    posthog,
    (_request: Request, info: Deno.ServeHandlerInfo, hog) => {
      hog satisfies RequestScope;
      return answer(String(info.remoteAddr));
    },
  );
  serve satisfies Deno.ServeHandler;
});

Deno.test("withPostHog() takes an object with fetch (FLD-063)", async () => {
  const ran: string[] = [];
  const worker = withPostHog(posthog, {
    name: "shop",
    fetch(_request: Request, env: Env, _ctx: Context, hog: RequestScope) {
      hog.capture({ event: "seen" });
      return answer(env.NAME + (this as { name?: string }).name);
    },
    scheduled: () => void ran.push("scheduled"),
  });
  worker satisfies ExportedHandler<Env>;
  worker.scheduled();
  assertEquals(ran, ["scheduled"]);
  const response = await worker.fetch(request, env, ctx);
  assertEquals(await response.text(), "shopshop");
});

Deno.test("withPostHog() refuses a scope in the place of an argument of the runtime (FLD-063)", () => {
  const annotated = withPostHog(
    posthog,
    (request: Request, _hog: RequestScope) => answer(request.url),
  );
  // @ts-expect-error: runtimes pass more than the request.
  ({ fetch: annotated }) satisfies ExportedHandler<Env>;
  withPostHog(posthog, (request: Request, hog) => {
    // @ts-expect-error: runtimes pass more than the request.
    hog.capture({ event: request.url });
    return answer("");
  });
});
