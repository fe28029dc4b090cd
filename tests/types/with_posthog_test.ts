import { type RequestScope, withPostHog } from "edgehog";
import { createTestClient } from "edgehog/testing";

interface Env {
  readonly NAME: string;
}

interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

/** As the Workers types have it. */
interface ExportedHandler<Env> {
  fetch?(
    request: Request,
    env: Env,
    ctx: Context,
  ): Response | Promise<Response>;
}

const { posthog } = createTestClient();

Deno.test("withPostHog() knows the arguments from where its handler goes (ERR-048)", () => {
  ({
    fetch: withPostHog(posthog, (request, env, ctx, hog) => {
      hog.capture({ event: request.url + env.NAME });
      ctx.waitUntil(hog.flush());
      return new Response();
    }),
  }) satisfies ExportedHandler<Env>;

  const serve: Deno.ServeHandler = withPostHog(
    posthog,
    async (request, info, hog) => {
      hog.capture({ event: request.url + info.remoteAddr });
      return await Promise.resolve(new Response());
    },
  );
  serve satisfies Deno.ServeHandler;
});

Deno.test("withPostHog() knows the arguments from its handler (ERR-048)", () => {
  const handler = withPostHog(
    posthog,
    (request: Request, env: Env, ctx: Context, hog: RequestScope): Response => {
      ctx.waitUntil(hog.flush());
      return new Response(request.url + env.NAME);
    },
    {
      onError(error, request, env, _ctx, hog) {
        hog.captureException(error);
        return new Response(request.url + env.NAME);
      },
    },
  );
  handler satisfies (
    request: Request,
    env: Env,
    ctx: Context,
  ) => Promise<Response>;
  // @ts-expect-error: the runtime's arguments are all of them.
  handler satisfies (request: Request) => Promise<Response>;
  // @ts-expect-error: the answer is what the handler answers.
  handler satisfies (...args: Parameters<typeof handler>) => Promise<string>;
  // @ts-expect-error: the hook answers like the handler.
  withPostHog(posthog, (_: RequestScope) => 1, { onError: () => "one" });
});
