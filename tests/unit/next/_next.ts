import type { RequestScope } from "edgehog";
import { createNext, type NextAdapter, type NextOptions } from "edgehog/next";
import {
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";

/** An adapter in front of a test client, and an `after` as Next.js has it. */
export interface TestNext extends TestClient {
  readonly next: NextAdapter<RequestScope>;
  /** What `after` was handed. */
  readonly pending: Promise<unknown>[];
}

/** Creates the adapter of a test client. */
export function createTestNext(
  options?: NextOptions<RequestScope>,
  clientOptions?: TestClientOptions,
): TestNext {
  const client = createTestClient(clientOptions);
  const pending: Promise<unknown>[] = [];
  const after = (work: Promise<unknown>) => void pending.push(work);
  const next = createNext(client.posthog, { after, ...options });
  return { ...client, next, pending };
}

/** A request of somebody who is known. */
export function createRequest(
  path: string = "/api/orders/7",
  init: RequestInit = {},
): Request {
  return new Request(`https://shop.example${path}`, {
    ...init,
    headers: { "x-posthog-distinct-id": "visitor-1" },
  });
}

/** The second argument of a route handler. */
export function createContext(
  params: Record<string, string | string[]> = {},
): { readonly params: Promise<Record<string, string | string[]>> } {
  return { params: Promise.resolve(params) };
}

/** What an event says of an exception. */
export function describeException(
  { properties }: { readonly properties: Readonly<Record<string, unknown>> },
): unknown {
  return [
    properties["$exception_message"],
    properties["$exception_source"],
    properties["route"],
  ];
}
