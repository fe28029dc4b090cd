import type { FlushResult } from "../core/delivery.ts";
import type { BeforeSend } from "../core/event.ts";
import { isRecord } from "../core/guards.ts";
import { type JsonObject, toJsonObject } from "../core/json.ts";
import type { ExecutionContextLike, RequestLike } from "../core/platform.ts";
import type { PostHogListeners } from "../core/reporter.ts";
import type {
  AliasMessage,
  CaptureMessage,
  EventMethods,
  GroupIdentifyMessage,
  IdentifyMessage,
} from "../events/types.ts";
import type { FeatureFlagEvaluations } from "../flags/snapshot.ts";
import type { EvaluateFlagsOptions, FlagMethods } from "../flags/types.ts";
import type { PostHogOptions } from "../options/types.ts";
import { createMethods } from "./methods.ts";
import { createParts, type Parts } from "./parts.ts";
import { createRequestScope } from "./scope.ts";
import { createShutdown } from "./shutdown.ts";
import type { RequestScope, RequestScopeInit } from "./types.ts";

/**
 * A PostHog client for the edge. Building one does nothing: no I/O, no timer, no random number, so it may stand at
 * module scope. No method throws or rejects; what went wrong reaches `logger`, `onError` and `on`.
 *
 * @example Capture and evaluate
 * ```ts
 * import { assert } from "@std/assert";
 * import { PostHog } from "edgehog";
 * import { createPostHogEmulator } from "edgehog/dev";
 *
 * const emulator = createPostHogEmulator();
 * const posthog = new PostHog("phc_x", { fetch: emulator.fetch });
 *
 * posthog.capture({ distinctId: "user-1", event: "signed up" });
 * const { delivered } = await posthog.flush();
 * await posthog.shutdown();
 *
 * assert(delivered === 1);
 * ```
 */
export class PostHog implements EventMethods, FlagMethods {
  readonly #parts: Parts;
  readonly #methods: EventMethods & FlagMethods;
  readonly #shutdown: (timeoutMs?: number) => Promise<void>;

  /**
   * Makes a client. Never throws: an option that can't be used is reported and its default taken.
   *
   * @param apiKey The project token (`phc_…`). Missing or blank makes a disabled client, with one error.
   * @param options See {@linkcode PostHogOptions}.
   */
  constructor(apiKey: string | undefined, options: PostHogOptions = {}) {
    const parts = createParts(apiKey, options);
    const { queue, keepAlive } = parts;
    this.#parts = parts;
    this.#methods = createMethods(parts, {
      queue,
      keepAlive,
      context: undefined,
    });
    this.#shutdown = createShutdown(parts);
  }

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
  ): RequestScope {
    return createRequestScope(this.#parts, request, ctx, init);
  }

  capture(message: CaptureMessage): string | undefined {
    return this.#methods.capture(message);
  }

  captureImmediate(message: CaptureMessage): Promise<string | undefined> {
    return this.#methods.captureImmediate(message);
  }

  identify(message: IdentifyMessage): string | undefined {
    return this.#methods.identify(message);
  }

  identifyImmediate(message: IdentifyMessage): Promise<string | undefined> {
    return this.#methods.identifyImmediate(message);
  }

  alias(message: AliasMessage): string | undefined {
    return this.#methods.alias(message);
  }

  aliasImmediate(message: AliasMessage): Promise<string | undefined> {
    return this.#methods.aliasImmediate(message);
  }

  groupIdentify(message: GroupIdentifyMessage): string | undefined {
    return this.#methods.groupIdentify(message);
  }

  groupIdentifyImmediate(
    message: GroupIdentifyMessage,
  ): Promise<string | undefined> {
    return this.#methods.groupIdentifyImmediate(message);
  }

  evaluateFlags(
    distinctIdOrOptions?: string | number | EvaluateFlagsOptions,
    options?: EvaluateFlagsOptions,
  ): Promise<FeatureFlagEvaluations> {
    return this.#methods.evaluateFlags(distinctIdOrOptions, options);
  }

  reloadFeatureFlags(): Promise<void> {
    return this.#methods.reloadFeatureFlags();
  }

  isLocalEvaluationReady(): boolean {
    return this.#methods.isLocalEvaluationReady();
  }

  waitForLocalEvaluationReady(timeoutMs?: number): Promise<boolean> {
    return this.#methods.waitForLocalEvaluationReady(timeoutMs);
  }

  /**
   * Adds properties to every later event of this client, whoever it is about: on a shared client every tenant and
   * every request sees them. A property of the event itself wins.
   */
  register(properties: Record<string, unknown>): void {
    const { settings } = this.#parts;
    if (isRecord(properties)) {
      settings.superProperties = {
        ...settings.superProperties,
        ...toJsonObject(properties),
      };
    }
  }

  /** Takes one such property back. */
  unregister(key: string): void {
    const { settings } = this.#parts;
    const kept = Object.entries(settings.superProperties).filter(([name]) =>
      name !== key
    );
    settings.superProperties = Object.fromEntries(kept);
  }

  /** Replaces the `beforeSend` hooks for later events; undefined removes them. */
  setBeforeSend(hooks: BeforeSend | readonly BeforeSend[] | undefined): void {
    this.#parts.settings.beforeSend = [hooks ?? []].flat();
  }

  /**
   * Sends everything queued and resolves when each event is delivered, dropped or retained. Never rejects.
   *
   * @param timeoutMs A deadline in ms; what is not delivered by then stays queued. Default: none.
   */
  async flush(timeoutMs?: number): Promise<FlushResult> {
    const { lifecycle, queue } = this.#parts;
    const isClosed = lifecycle.isDisabled || lifecycle.isShutDown;
    return isClosed
      ? { delivered: 0, dropped: 0, retained: 0 }
      : await queue.flush(timeoutMs);
  }

  /**
   * Stops taking events, sends what is queued and releases the caches. Resolves within the timeout, whatever happens.
   *
   * @param timeoutMs In ms. Default: 30 000.
   */
  shutdown(timeoutMs?: number): Promise<void> {
    return this.#shutdown(timeoutMs);
  }

  /** The same as {@linkcode PostHog.shutdown}. */
  close(timeoutMs?: number): Promise<void> {
    return this.#shutdown(timeoutMs);
  }

  /** The same as {@linkcode PostHog.shutdown}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#shutdown();
  }

  /** Listens to what happens; the result ends it. A listener that throws is contained. */
  on<Name extends keyof PostHogListeners>(
    name: Name,
    listener: PostHogListeners[Name],
  ): () => void {
    return this.#parts.reporter.on(name, listener);
  }

  /** Takes events again. Acts at once; the promise is for parity with posthog-node. */
  optIn(): Promise<void> {
    this.#parts.lifecycle.optIn();
    return Promise.resolve();
  }

  /** Takes no more events; those queued are still sent. Acts at once. */
  optOut(): Promise<void> {
    this.#parts.lifecycle.optOut();
    return Promise.resolve();
  }

  /** The same as {@linkcode PostHog.optIn}. */
  enable(): Promise<void> {
    return this.optIn();
  }

  /** The same as {@linkcode PostHog.optOut}. */
  disable(): Promise<void> {
    return this.optOut();
  }

  /** Turns debug messages of this client on or off. */
  debug(isOn: boolean = true): void {
    this.#parts.reporter.setDebug(isOn);
  }

  /** Whether events are refused at the moment. */
  get optedOut(): boolean {
    return this.#parts.lifecycle.isOptedOut;
  }

  /** Whether the client was disabled for good, by option or for lack of a key. */
  get isDisabled(): boolean {
    return this.#parts.lifecycle.isDisabled;
  }

  /** Whether AI wrappers must leave out input and output content. */
  get privacyMode(): boolean {
    return this.#parts.options.privacyMode;
  }

  /** Whether AI wrappers may send everything. */
  get enableFullAiCapture(): boolean {
    return this.#parts.options.enableFullAiCapture;
  }

  /** Events in the client's queue, those being sent included. */
  get queueSize(): number {
    return this.#parts.queue.items().length;
  }

  /** Copies of the events in the client's queue, as the wire has them, oldest first. */
  queuedEvents(): JsonObject[] {
    return this.#parts.queue.items().map(({ text }) => JSON.parse(text));
  }

  /** Takes the newest event out of the client's queue and returns it. */
  dequeueLastEvent(): JsonObject | undefined {
    const newest = this.#parts.queue.items().at(-1);
    if (!newest) return undefined;
    this.#parts.queue.discard([newest]);
    return JSON.parse(newest.text);
  }

  /** Empties the client's queue without sending anything. */
  clearQueue(): void {
    this.#parts.queue.discard(this.#parts.queue.items());
  }
}
