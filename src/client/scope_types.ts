import type {
  ContextData,
  RequestContextInit,
  WithContextOptions,
  WrapFetchOptions,
} from "../context/types.ts";
import type { FlushResult } from "../core/delivery.ts";
import type { JsonObject } from "../core/json.ts";
import type { WaitUntil } from "../core/platform.ts";
import type { EventMethods } from "../events/types.ts";

/** What the application says about a request when it opens a scope. */
export interface RequestScopeInit extends RequestContextInit {
  /** Extends the request's life; wins over that of `ctx` and the client's. */
  readonly waitUntil?: WaitUntil | undefined;
}

/** What AI wrappers, those of `@posthog/ai` among them, ask of a client or a scope. */
export interface AiSettings {
  /** Whether AI wrappers must leave out input and output content. */
  readonly privacyMode: boolean;
  /** The same, under the name that `@posthog/ai` reads. */
  readonly "privacy_mode": boolean;
  /** Whether AI wrappers may send everything. */
  readonly enableFullAiCapture: boolean;
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
export interface KernelScope extends EventMethods, AiSettings {
  /** Whom events of this scope are about, unless they say otherwise. */
  readonly distinctId: string | undefined;
  /** The session, sent as `$session_id`. */
  readonly sessionId: string | undefined;
  /** A copy of the properties that events of this scope carry. */
  readonly properties: JsonObject;
  /**
   * Changes identity, session or properties for what is captured later through this scope. Copied; blank ids change
   * nothing.
   *
   * @example Once it is known who asks
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient();
   * const hog = posthog.forRequest(new Request("https://shop.example/cart"));
   * hog.capture({ event: "page viewed" });
   * hog.setContext({ distinctId: "user-1", properties: { plan: "pro" } });
   * hog.capture({ event: "cart viewed" });
   * await hog.flush();
   *
   * const [before, after] = emulator.events;
   * assertEquals(before?.properties["$process_person_profile"], false);
   * assertEquals([after?.distinctId, after?.properties["plan"]], ["user-1", "pro"]);
   * ```
   */
  setContext(data: ContextData): void;
  /**
   * Makes a scope of this one, hands it to the function, and returns what the function returns; what it throws is
   * thrown. The new scope starts with this one's identity, session and properties, shares its queue and its
   * `waitUntil`, and changes nothing about it. Inside of the function use the scope it is given, or the
   * client itself where the application passes `contextStorage`.
   *
   * @example A job for somebody else, within the request
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient();
   * const hog = posthog.forRequest(undefined, undefined, { distinctId: "sender" });
   * const sent = hog.withContext({ distinctId: "receiver", properties: { gift: true } }, (inner) => {
   *   inner.capture({ event: "gift received" });
   *   return "sent";
   * });
   * hog.capture({ event: "gift given" });
   * await hog.flush();
   *
   * assertEquals(sent, "sent");
   * assertEquals(emulator.events.map(({ distinctId }) => distinctId), ["receiver", "sender"]);
   * ```
   */
  withContext<T>(
    data: ContextData,
    fn: (scope: this) => T,
    options?: WithContextOptions,
  ): T;
  /**
   * The headers that tell another service of yours who asks: `X-POSTHOG-DISTINCT-ID` and `X-POSTHOG-SESSION-ID`, each
   * only if the scope knows it now and the runtime takes it as a header; cleaned, and cut to 1,000 characters, as the
   * other side would read it. Never an id that was made up for a personless event. Hints, never authentication.
   *
   * @example By hand
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog } = createTestClient();
   * const hog = posthog.forRequest(undefined, undefined, { distinctId: "user-1" });
   *
   * assertEquals(hog.tracingHeaders(), { "X-POSTHOG-DISTINCT-ID": "user-1" });
   * ```
   */
  tracingHeaders(): Record<string, string>;
  /**
   * A fetch that adds {@linkcode KernelScope.tracingHeaders}, as they are at each call, to requests to the hostnames
   * you name, and leaves all others alone. Headers of these names on such a request are replaced, on a copy. Nothing
   * global is patched. A redirect takes the headers along, as it does every header.
   *
   * @param fetch The fetch to call: `fetch`, or that of a binding, bound to it.
   *
   * @example One trail across two services
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const seen: (string | null)[] = [];
   * const network: typeof fetch = (input, init) => {
   *   seen.push(new Request(input, init).headers.get("x-posthog-distinct-id"));
   *   return Promise.resolve(new Response("ok"));
   * };
   * const { posthog } = createTestClient();
   * const hog = posthog.forRequest(undefined, undefined, { distinctId: "user-1" });
   * const traced = hog.wrapFetch(network, { hostnames: ["stock.example"] });
   * await traced("https://stock.example/items/7");
   * await traced("https://elsewhere.example/");
   *
   * assertEquals(seen, ["user-1", null]);
   * ```
   */
  wrapFetch(
    fetch: typeof globalThis.fetch,
    options: WrapFetchOptions,
  ): typeof globalThis.fetch;
  /**
   * Sends what this scope has queued and resolves when each event is delivered, dropped or retained. Never rejects.
   *
   * @param timeoutMs A deadline in ms; what is not delivered by then stays queued. Default: none.
   */
  flush(timeoutMs?: number): Promise<FlushResult>;
}
