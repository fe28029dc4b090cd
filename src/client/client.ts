import type { FlushResult, Lane } from "../core/delivery.ts";
import type { BeforeSend } from "../core/event.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import type { ExecutionContextLike, RequestLike } from "../core/platform.ts";
import type { PostHogListeners } from "../core/reporter.ts";
import type { CaptureExceptionArguments } from "../errors/call_options.ts";
import type {
  AliasMessage,
  CaptureMessage,
  GroupIdentifyMessage,
  IdentifyMessage,
  SetPersonPropertiesMessage,
  UnsetPersonPropertiesMessage,
} from "../events/types.ts";
import type {
  AllFlagsArguments,
  EvaluateFlagsOptions,
  FlagPayloadArguments,
  IsFeatureEnabledOptions,
  SingleFlagArguments,
} from "../flags/call_options.ts";
import type {
  FlagsAndPayloads,
  SingleFlagResult,
} from "../compat/legacy_types.ts";
import type { OverrideFeatureFlagsOptions } from "../flags/overrides.ts";
import type { FlagValue } from "../flags/results.ts";
import type { FeatureFlagEvaluations } from "../flags/snapshot.ts";
import { registerFlagPorts } from "../flags/ports.ts";
import type { PostHogOptions } from "../options/types.ts";
import { registerPorts } from "../transport/ports.ts";
import { type ClientMethods, createClientMethods } from "./client_methods.ts";
import { copyQueued, dequeueLast } from "./inspection.ts";
import { createMethods, type SharedMethods } from "./methods.ts";
import { createParts, type Parts } from "./parts.ts";
import type { PostHogClient } from "./posthog_client.ts";
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
export class PostHog implements PostHogClient {
  readonly #parts: Parts;
  readonly #methods: SharedMethods & ClientMethods;

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
    registerPorts(this, parts.ports);
    registerFlagPorts(this, parts.flags.ports);
    this.#methods = {
      ...createMethods(parts, {
        queue,
        keepAlive,
        context: undefined,
        entries: PostHog.prototype,
      }),
      ...createClientMethods(parts),
    };
  }

  forRequest(
    request?: RequestLike,
    ctx?: ExecutionContextLike,
    init?: RequestScopeInit,
  ): RequestScope {
    return this.#methods.forRequest(request, ctx, init);
  }

  capture(message: CaptureMessage): string | undefined {
    return this.#methods.capture(message);
  }
  captureImmediate(message: CaptureMessage): Promise<string | undefined> {
    return this.#methods.captureImmediate(message);
  }

  captureAi(message: CaptureMessage): string | undefined {
    return this.#methods.captureAi(message);
  }
  captureAiImmediate(message: CaptureMessage): Promise<string | undefined> {
    return this.#methods.captureAiImmediate(message);
  }

  // A plain `return` would be a tail call: JavaScriptCore drops the frame below which a call-site stack starts.
  captureException(...args: CaptureExceptionArguments): string | undefined {
    return this.#methods.captureException(...args) ?? undefined;
  }
  captureExceptionImmediate(
    ...args: CaptureExceptionArguments
  ): Promise<string | undefined> {
    return this.#methods.captureExceptionImmediate(...args) ??
      Promise.resolve(undefined);
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

  setPersonProperties(message: SetPersonPropertiesMessage): string | undefined {
    return this.#methods.setPersonProperties(message);
  }
  setPersonPropertiesImmediate(
    message: SetPersonPropertiesMessage,
  ): Promise<string | undefined> {
    return this.#methods.setPersonPropertiesImmediate(message);
  }

  unsetPersonProperties(
    message: UnsetPersonPropertiesMessage,
  ): string | undefined {
    return this.#methods.unsetPersonProperties(message);
  }
  unsetPersonPropertiesImmediate(
    message: UnsetPersonPropertiesMessage,
  ): Promise<string | undefined> {
    return this.#methods.unsetPersonPropertiesImmediate(message);
  }

  evaluateFlags(
    distinctIdOrOptions?: string | number | EvaluateFlagsOptions,
    options?: EvaluateFlagsOptions,
  ): Promise<FeatureFlagEvaluations> {
    return this.#methods.evaluateFlags(distinctIdOrOptions, options);
  }

  isFeatureEnabled(
    ...args: SingleFlagArguments<IsFeatureEnabledOptions>
  ): Promise<boolean | undefined> {
    return this.#methods.isFeatureEnabled(...args);
  }

  getFeatureFlag(...args: SingleFlagArguments): Promise<FlagValue | undefined> {
    return this.#methods.getFeatureFlag(...args);
  }

  getFeatureFlagResult(
    ...args: SingleFlagArguments
  ): Promise<SingleFlagResult | undefined> {
    return this.#methods.getFeatureFlagResult(...args);
  }

  getFeatureFlagPayload(
    ...args: FlagPayloadArguments
  ): Promise<JsonValue | undefined> {
    return this.#methods.getFeatureFlagPayload(...args);
  }

  getAllFlags(...args: AllFlagsArguments): Promise<Record<string, FlagValue>> {
    return this.#methods.getAllFlags(...args);
  }

  getAllFlagsAndPayloads(
    ...args: AllFlagsArguments
  ): Promise<FlagsAndPayloads> {
    return this.#methods.getAllFlagsAndPayloads(...args);
  }

  setPersonPropertiesForFlags(
    properties: Record<string, unknown>,
    _reload?: boolean,
  ): void {
    this.#methods.setPersonPropertiesForFlags(properties);
  }
  resetPersonPropertiesForFlags(): void {
    this.#methods.resetPersonPropertiesForFlags();
  }

  setGroupPropertiesForFlags(
    properties: Record<string, Record<string, unknown>>,
    _reload?: boolean,
  ): void {
    this.#methods.setGroupPropertiesForFlags(properties);
  }
  resetGroupPropertiesForFlags(groupType?: string): void {
    this.#methods.resetGroupPropertiesForFlags(groupType);
  }

  overrideFeatureFlags(overrides: OverrideFeatureFlagsOptions): void {
    this.#methods.overrideFeatureFlags(overrides);
  }

  getRemoteConfigPayload(key: string): Promise<JsonValue | undefined> {
    return this.#methods.getRemoteConfigPayload(key);
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

  register(properties: Record<string, unknown>): void {
    this.#methods.register(properties);
  }
  unregister(key: string): void {
    this.#methods.unregister(key);
  }

  setBeforeSend(hooks: BeforeSend | readonly BeforeSend[] | undefined): void {
    this.#methods.setBeforeSend(hooks);
  }

  flush(timeoutMs?: number): Promise<FlushResult> {
    return this.#methods.flush(timeoutMs);
  }

  shutdown(timeoutMs?: number): Promise<void> {
    return this.#methods.shutdown(timeoutMs);
  }
  close(timeoutMs?: number): Promise<void> {
    return this.#methods.shutdown(timeoutMs);
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#methods.shutdown();
  }

  on<Name extends keyof PostHogListeners>(
    name: Name,
    listener: PostHogListeners[Name],
  ): () => void {
    return this.#methods.on(name, listener);
  }

  optIn(): Promise<void> {
    this.#parts.lifecycle.optIn();
    return Promise.resolve();
  }
  optOut(): Promise<void> {
    this.#parts.lifecycle.optOut();
    return Promise.resolve();
  }
  enable(): Promise<void> {
    return this.optIn();
  }
  disable(): Promise<void> {
    return this.optOut();
  }
  debug(isOn: boolean = true): void {
    this.#parts.reporter.setDebug(isOn);
  }
  get optedOut(): boolean {
    return this.#parts.lifecycle.isOptedOut;
  }
  get isDisabled(): boolean {
    return this.#parts.lifecycle.isDisabled;
  }
  get privacyMode(): boolean {
    return this.#parts.options.privacyMode;
  }
  get enableFullAiCapture(): boolean {
    return this.#parts.options.enableFullAiCapture;
  }
  get queueSize(): number {
    return this.#parts.queue.items().length;
  }
  queuedEvents(lane?: Lane): JsonObject[] {
    return copyQueued(this.#parts.queue, lane);
  }
  dequeueLastEvent(lane?: Lane): JsonObject | undefined {
    return dequeueLast(this.#parts.queue, lane);
  }
  clearQueue(): void {
    this.#parts.queue.discard(this.#parts.queue.items());
  }
}
