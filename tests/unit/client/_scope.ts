import {
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";
import type { ReceivedEvent } from "edgehog/dev";
import type { RequestLike, RequestScope, RequestScopeInit } from "edgehog";

/** A request that says who asks. */
export const REQUEST: RequestLike = Object.freeze({
  url: "https://shop.example/cart",
  method: "GET",
  headers: {
    "x-posthog-distinct-id": "visitor-1",
    "x-posthog-session-id": "s1",
    "cf-connecting-ip": "203.0.113.7",
  },
});

/** What a scope is opened with; the rest is for the client. */
export interface OpenScopeOptions extends TestClientOptions {
  /** Default: {@linkcode REQUEST}. */
  readonly request?: RequestLike;
  readonly init?: RequestScopeInit;
}

/** A client, and a scope of it. */
export interface OpenScope extends TestClient {
  readonly hog: RequestScope;
  /** Flushes, and gives every event sent so far. */
  sent(): Promise<readonly ReceivedEvent[]>;
}

/** Makes a client and a scope of it, without a `waitUntil`. */
export function openScope(
  { request = REQUEST, init = {}, ...options }: OpenScopeOptions = {},
): OpenScope {
  const client = createTestClient(options);
  return {
    ...client,
    hog: client.posthog.forRequest(request, undefined, init),
    async sent() {
      await client.posthog.flush();
      return client.emulator.events;
    },
  };
}
