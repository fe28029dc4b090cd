import type { RequestScope } from "edgehog";
import {
  type ExpressAppLike,
  type ExpressErrorMiddleware,
  type ExpressMiddleware,
  type ExpressRequestLike,
  type ExpressResponseLike,
  setupExpressErrorHandler,
  setupExpressRequestContext,
} from "edgehog/express";
import {
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";

/** An application as far as it is set up: what it was handed, in order. */
export class FakeApp implements ExpressAppLike {
  readonly middleware: (ExpressMiddleware | ExpressErrorMiddleware)[] = [];

  use(middleware: ExpressMiddleware | ExpressErrorMiddleware): void {
    this.middleware.push(middleware);
  }
}

/** Whether Express takes it for an error handler. */
export function isErrorMiddleware(
  middleware: ExpressMiddleware | ExpressErrorMiddleware,
): middleware is ExpressErrorMiddleware {
  return middleware.length === 4;
}

/** A request of somebody who is known, in a router that is mounted at `/shop`. */
export function createRequest(
  given: Partial<ExpressRequestLike> = {},
): ExpressRequestLike & { readonly url: string } {
  return {
    url: "/orders/7",
    originalUrl: "/shop/orders/7?token=secret",
    method: "GET",
    headers: { host: "shop.example", "x-posthog-distinct-id": "visitor-1" },
    ...given,
  };
}

/** What a run may choose. */
export interface RunOptions {
  readonly client?: TestClientOptions;
  readonly req?: ExpressRequestLike;
  readonly res?: ExpressResponseLike;
  readonly init?: (req: ExpressRequestLike) => { readonly ip: string };
}

/** What came of it. */
export interface Run extends TestClient {
  /** What got past the error handler. */
  readonly passed: unknown;
  readonly locals: Readonly<Record<string, unknown>>;
}

/** Runs one request through both middlewares and a handler between them, and gives what got past them. */
export async function runExpress(
  handler: (hog: RequestScope, req: ExpressRequestLike) => void,
  options: RunOptions = {},
): Promise<Run> {
  const client = createTestClient(options.client);
  const app = new FakeApp();
  setupExpressRequestContext(client.posthog, app, { init: options.init });
  setupExpressErrorHandler(client.posthog, app);
  const { req = createRequest(), res = { locals: {} } } = options;
  let passed: unknown;
  for (const middleware of app.middleware) {
    if (isErrorMiddleware(middleware)) continue;
    middleware(req, res, () => {
      try {
        handler(res.locals["posthog"] as RequestScope, req);
      } catch (error) {
        for (const other of app.middleware) {
          if (!isErrorMiddleware(other)) continue;
          other(error, req, res, (given) => passed = given);
        }
      }
    });
  }
  await client.clock.settle();
  return { ...client, passed, locals: res.locals };
}
