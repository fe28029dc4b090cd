import type { FlushResult, Lane } from "../core/delivery.ts";
import type { ContextData, WithContextOptions } from "../context/types.ts";
import type { BeforeSend } from "../core/event.ts";
import type { JsonObject } from "../core/json.ts";
import type { ExecutionContextLike, RequestLike } from "../core/platform.ts";
import type { PostHogListeners } from "../core/reporter.ts";
import type { EventMethods } from "../events/types.ts";
import type {
  AiSettings,
  KernelScope,
  RequestScopeInit,
} from "./scope_types.ts";

/** `shutdown` for `await using`, where the compiler's libs have that. */
export type ClosedByUsing = {
  readonly [
    Key in SymbolConstructor["asyncDispose" & keyof SymbolConstructor]
  ]: () => Promise<void>;
};

/** What every client can do; features add their verbs. `Scope` is what its scopes can do. */
export interface KernelClient<Scope = KernelScope>
  extends EventMethods, ClosedByUsing, AiSettings {
  /**
   * Opens the scope of a request: its identity, properties and `waitUntil`.
   *
   * @param request The request, or an object with its headers, URL and method. Its body is not touched.
   * @param ctx The runtime's execution context, given as it is: `waitUntil` is called on it.
   * @param init What the application knows: above all `distinctId`, the authenticated user.
   */
  forRequest(
    request?: RequestLike,
    ctx?: ExecutionContextLike,
    init?: RequestScopeInit,
  ): Scope;
  /**
   * Makes a scope, hands it to the function, and returns what the function returns; what it throws is thrown. The scope
   * starts with what the current one knows, if there is one (see the option `contextStorage`), and events of it go where
   * those of its parent go. With `contextStorage` it is the current one while the function runs, and for all that this
   * starts: the client's own methods then act for it.
   *
   * @param data Whom the scope's events are about, and what they carry.
   * @param fn Gets the scope.
   * @param options Whether it starts afresh.
   *
   * @example The scope at hand
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { AsyncLocalStorage } from "node:async_hooks";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient({ contextStorage: new AsyncLocalStorage() });
   * await posthog.withContext({ distinctId: "user-1", properties: { plan: "pro" } }, async () => {
   *   await Promise.resolve();
   *   posthog.capture({ event: "paid" });
   *   assertEquals(posthog.getContext()?.distinctId, "user-1");
   * });
   * await posthog.flush();
   *
   * assertEquals(emulator.events.map(({ distinctId }) => distinctId), ["user-1"]);
   * assertEquals(posthog.getContext(), undefined);
   * ```
   */
  withContext<T>(
    data: ContextData,
    fn: (scope: Scope) => T,
    options?: WithContextOptions,
  ): T;
  /** What the current scope knows (see the option `contextStorage`); undefined where there is none. */
  getContext(): ContextData | undefined;
  /**
   * Adds properties to every later event of this client, whoever it is about: on a shared client every tenant and
   * every request sees them. A property of the event itself wins.
   */
  register(properties: Record<string, unknown>): void;
  /** Takes one such property back. */
  unregister(key: string): void;
  /** Replaces the `beforeSend` hooks for later events; undefined removes them. */
  setBeforeSend(hooks: BeforeSend | readonly BeforeSend[] | undefined): void;
  /**
   * Sends everything queued and resolves when each event is delivered, dropped or retained. Never rejects.
   *
   * @param timeoutMs A deadline in ms; what is not delivered by then stays queued. Default: none.
   *
   * @example What became of the events
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog, emulator } = createTestClient();
   * emulator.failNext({ status: 401 });
   * posthog.capture({ distinctId: "user-1", event: "signed up" });
   *
   * assertEquals(await posthog.flush(), { delivered: 0, dropped: 1, retained: 0 });
   * ```
   */
  flush(timeoutMs?: number): Promise<FlushResult>;
  /**
   * Stops taking events, sends what is queued and releases the caches. Resolves within the timeout, whatever happens.
   *
   * @param timeoutMs In ms. Default: 30 000.
   */
  shutdown(timeoutMs?: number): Promise<void>;
  /** The same as {@linkcode KernelClient.shutdown}. */
  close(timeoutMs?: number): Promise<void>;
  /**
   * Listens to what happens; the result ends it. A listener that throws is contained.
   * What a listener causes itself, such as an event that it captures, does not call it again.
   *
   * @example Count what is lost
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { createTestClient } from "edgehog/testing";
   *
   * const { posthog } = createTestClient({ beforeSend: () => null });
   * const reasons: string[] = [];
   * const off = posthog.on("drop", ({ reason }) => reasons.push(reason));
   * posthog.capture({ distinctId: "user-1", event: "signed up" });
   * off();
   *
   * assertEquals(reasons, ["hook"]);
   * ```
   */
  on<Name extends keyof PostHogListeners>(
    name: Name,
    listener: PostHogListeners[Name],
  ): () => void;
  /** Takes events again. Acts at once; the promise is for parity with posthog-node. */
  optIn(): Promise<void>;
  /** Takes no more events; those queued are still sent. Acts at once. */
  optOut(): Promise<void>;
  /** The same as {@linkcode KernelClient.optIn}. */
  enable(): Promise<void>;
  /** The same as {@linkcode KernelClient.optOut}. */
  disable(): Promise<void>;
  /** Turns debug messages of this client on (default) or off. */
  debug(isOn?: boolean): void;
  /** Whether events are refused at the moment. */
  readonly optedOut: boolean;
  /** Whether the client was disabled for good, by option or for lack of a key. */
  readonly isDisabled: boolean;
  /** Events in the client's queue, those being sent included. */
  readonly queueSize: number;
  /**
   * Copies of the events in the client's queue, of one lane or of both, one lane after the other, each oldest first: as v0
   * has them, but for `options`, which stand beside `properties` where there are any.
   */
  queuedEvents(lane?: Lane): JsonObject[];
  /** Takes the newest event out of the client's queue, of both lanes or of one, and returns it. */
  dequeueLastEvent(lane?: Lane): JsonObject | undefined;
  /** Empties the client's queue without sending anything. */
  clearQueue(): void;
}
