import type { RequestScope } from "edgehog";
import type {
  ExecutionContextLike,
  HonoContextLike,
  HonoOptions,
  KernelScope,
} from "edgehog/hono";
import { posthogMiddleware } from "edgehog/hono";
import {
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";

/** A middleware or a handler. */
export type Step = (
  c: FakeContext,
  next: () => Promise<void>,
) => unknown;

/** What answers an error. */
export type ErrorStep = (error: Error, c: FakeContext) => Response;

/** As Hono's `Context` behaves where the middleware looks at it. */
export class FakeContext implements HonoContextLike {
  readonly req: { readonly raw: Request; routePath: string };
  error: Error | undefined;
  declare readonly var: { readonly posthog?: KernelScope };
  readonly #vars = new Map<string, unknown>();
  readonly #executionCtx: ExecutionContextLike | undefined;
  #res: Response | undefined;

  constructor(raw: Request, executionCtx?: ExecutionContextLike) {
    this.req = { raw, routePath: "/*" };
    this.#executionCtx = executionCtx;
  }

  get executionCtx(): ExecutionContextLike {
    if (this.#executionCtx) return this.#executionCtx;
    throw new Error("This context has no ExecutionContext");
  }

  get res(): Response {
    return this.#res ?? new Response("404 Not Found", { status: 404 });
  }

  set res(given: Response | undefined) {
    // Hono's own merge: what was there wins.
    const merged = given && new Response(given.body, given);
    for (const [name, value] of this.#res?.headers ?? []) {
      merged?.headers.set(name, value);
    }
    this.#res = merged;
  }

  readonly get = (name: string): unknown => this.#vars.get(name);
  readonly set = (name: string, value: unknown): void =>
    void this.#vars.set(name, value);
}

/** Runs steps as Hono does: each may answer, and an `Error` is answered where it is thrown. */
export async function compose(
  c: FakeContext,
  steps: readonly Step[],
  onError: ErrorStep = () => new Response("error", { status: 500 }),
): Promise<Response> {
  const dispatch = async (index: number): Promise<void> => {
    const step = steps[index];
    if (!step) return;
    if (index === steps.length - 1) c.req.routePath = "/orders/:id";
    try {
      const answer = await step(c, () => dispatch(index + 1));
      if (answer instanceof Response) c.res = answer;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      c.error = error;
      c.res = undefined;
      c.res = onError(error, c);
    }
  };
  await dispatch(0);
  return c.res;
}

/** A context of a runtime; `waitUntil` is called on it, or fails as it does on Workers. */
export class FakeExecutionContext implements ExecutionContextLike {
  readonly pending: Promise<unknown>[] = [];

  waitUntil(promise: Promise<unknown>): void {
    if (!(this instanceof FakeExecutionContext)) {
      throw new TypeError("Illegal invocation");
    }
    this.pending.push(promise);
  }
}

/** A request of somebody who is known. */
export function createRequest(init: RequestInit = {}): Request {
  return new Request("https://shop.example/orders/7?token=secret", {
    ...init,
    headers: { "x-posthog-distinct-id": "visitor-1" },
  });
}

/** What a run may choose. */
export interface RunOptions {
  readonly client?: TestClientOptions;
  readonly middleware?: HonoOptions<RequestScope>;
  readonly executionCtx?: ExecutionContextLike;
  readonly onError?: ErrorStep;
  readonly request?: Request;
}

/** What came of it: the answer, or what got past Hono. */
export interface Run extends TestClient {
  readonly answer?: Response;
  readonly thrown?: unknown;
}

/** Runs one request through the middleware and a handler, and waits until the events are there. */
export async function runHono(
  handler: (c: FakeContext, hog: RequestScope) => unknown,
  options: RunOptions = {},
): Promise<Run> {
  const client = createTestClient(options.client);
  const c = new FakeContext(
    options.request ?? createRequest(),
    options.executionCtx,
  );
  const middleware = posthogMiddleware(client.posthog, options.middleware);
  const steps: Step[] = [
    middleware,
    () => handler(c, c.get("posthog") as RequestScope),
  ];
  const running = compose(c, steps, options.onError).then(
    (answer) => ({ answer }),
    (thrown: unknown) => ({ thrown }),
  );
  // More than any plugin may take.
  await client.clock.advance(10_000);
  return { ...client, ...await running };
}

/** What an event says of an exception. */
export function describeException(
  { distinctId, properties }: {
    readonly distinctId: string;
    readonly properties: Readonly<Record<string, unknown>>;
  },
): unknown {
  return [
    properties["$exception_message"],
    distinctId,
    properties["$exception_source"],
    properties["route"],
    properties["$response_status_code"],
  ];
}
