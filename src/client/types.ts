import type {
  ContextData,
  RequestContextInit,
} from "../context/request_context.ts";
import type { FlushResult } from "../core/delivery.ts";
import type { JsonObject } from "../core/json.ts";
import type { WaitUntil } from "../core/platform.ts";
import type { EventMethods } from "../events/types.ts";
import type { FlagMethods } from "../flags/types.ts";

/** What the application says about a request when it opens a scope. */
export interface RequestScopeInit extends RequestContextInit {
  /** Extends the request's life; wins over that of `ctx` and the client's. */
  readonly waitUntil?: WaitUntil | undefined;
}

/**
 * The client for one request: it knows who asks, adds what the request tells to each event, and sends events under
 * the request's `waitUntil`. It can change nothing about the client. Make one a request; nothing of it outlives the
 * request but the events it could not deliver, which move to the client's queue.
 *
 * @example One scope a request
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog, emulator } = createTestClient();
 * const request = new Request("https://shop.example/cart", { headers: { "x-posthog-distinct-id": "user-1" } });
 * const hog = posthog.forRequest(request);
 * hog.capture({ event: "cart viewed" });
 * await hog.flush();
 *
 * assertEquals(emulator.events[0]?.distinctId, "user-1");
 * assertEquals(emulator.events[0]?.properties["$request_path"], "/cart");
 * ```
 */
export interface RequestScope extends EventMethods, FlagMethods {
  /** Whom events of this scope are about, unless they say otherwise. */
  readonly distinctId: string | undefined;
  /** The session, sent as `$session_id`. */
  readonly sessionId: string | undefined;
  /** A copy of the properties that events of this scope carry. */
  readonly properties: JsonObject;
  /** Changes identity, session or properties for what is captured later through this scope. */
  setContext(data: ContextData): void;
  /**
   * Sends what this scope has queued and resolves when each event is delivered, dropped or retained. Never rejects.
   *
   * @param timeoutMs A deadline in ms; what is not delivered by then stays queued. Default: none.
   */
  flush(timeoutMs?: number): Promise<FlushResult>;
}
