import { isGlobalScope } from "../core/global_scope.ts";
import { attempt, toId } from "../core/guards.ts";
import { findFlagPort, type FlagPort } from "../flags/port.ts";
import { ProviderEvents } from "./provider_events.ts";
import { fail, READ, type ReadValue, resolve } from "./resolution.ts";
import type {
  EvaluationContextLike,
  OpenFeatureClient,
  PostHogProviderOptions,
  ProviderEventsLike,
  ResolutionDetailsLike,
} from "./types.ts";

const READY = "PROVIDER_READY";
const STALE = "PROVIDER_STALE";
const ERROR = "PROVIDER_ERROR";

/** The kind of read that tells all of a flag, of what type it may be. */
const IS_OFF = false;

const HANDLER_FAILED = "A handler of an event of OpenFeature failed";

/**
 * PostHog's flags behind OpenFeature, on every runtime: a server provider.
 *
 * | OpenFeature | PostHog |
 * | --- | --- |
 * | `targetingKey` | distinct id; without one `defaultDistinctId`, else the default value with `TARGETING_KEY_MISSING` |
 * | `groups`, `groupProperties` | groups, group properties |
 * | other attributes | person properties; a `Date` as ISO text |
 * | boolean | whether the flag is on; any variant counts as on |
 * | string | the variant |
 * | number | the variant as a number, else a payload that is one |
 * | object | a payload that is an object or a list |
 *
 * A flag that is off has the default value of every other type. One that is on without a value of that type is a
 * `TYPE_MISMATCH`, one that does not exist `FLAG_NOT_FOUND`, one that could not be decided `GENERAL` with why as the
 * message, each with the default value. A resolution never rejects.
 *
 * Each evaluation is one of `evaluateFlags`: decided in memory where the client evaluates locally, else a request.
 *
 * @example A flag with its reason
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PostHogProvider } from "edgehog/openfeature";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog } = createTestClient({ flags: { pricing: "annual" } });
 * const provider = new PostHogProvider(posthog);
 *
 * // OpenFeature.setProvider(provider);
 * // await OpenFeature.getClient().getStringDetails("pricing", "monthly", { targetingKey: "user-1" });
 *
 * // As OpenFeature calls it:
 * const details = await provider.resolveStringEvaluation("pricing", "monthly", { targetingKey: "user-1" });
 * assertEquals([details.value, details.variant, details.reason], ["annual", "annual", "SPLIT"]);
 * ```
 */
export class PostHogProvider {
  /** By its name OpenFeature, hooks and logs know it. */
  readonly metadata: { readonly name: "PostHog" } = { name: "PostHog" };
  /** OpenFeature's SDK for servers. */
  readonly runsOn: "server" = "server";
  /**
   * `PROVIDER_CONFIGURATION_CHANGED` at each document of definitions that is taken into use, `PROVIDER_STALE` at the first
   * evaluation by definitions older than `maxDefinitionAgeMs`, `PROVIDER_READY` when that, or a failed `initialize`, is over.
   */
  readonly events: ProviderEventsLike;
  readonly #client: OpenFeatureClient;
  readonly #options: PostHogProviderOptions;
  /** What OpenFeature takes it for. */
  #status = READY;
  #off: (() => void) | undefined;

  /**
   * Does nothing yet.
   *
   * @param posthog The client. It stays the application's to shut down.
   * @param options See {@linkcode PostHogProviderOptions}.
   */
  constructor(
    posthog: OpenFeatureClient,
    options: PostHogProviderOptions = {},
  ) {
    this.#client = posthog;
    this.#options = options;
    this.events = new ProviderEvents(() =>
      this.#port?.host.reporter.warn(HANDLER_FAILED, HANDLER_FAILED)
    );
  }

  /**
   * Loads the definitions once, within the client's `featureFlagsRequestTimeoutMs`, where it evaluates locally; at a Worker's
   * global scope, where nothing can be loaded, the first evaluation does.
   *
   * @throws Where that fails: OpenFeature's status is `ERROR` then, and `setProviderAndWait` rejects. Flags are evaluated all
   * the same, by PostHog until definitions can be had; then the provider is ready. Where there is no client, or its key or
   * host is none, the status is `FATAL`: OpenFeature answers with default values, and does not ask the provider any more.
   */
  async initialize(): Promise<void> {
    const port = this.#port;
    const { apiKey, host } = port?.host.options ?? {};
    if (!port || !apiKey || !host) {
      const message =
        "Cannot use the provider: 'posthog' is no client with feature flags, a project token and a host";
      throw Object.assign(new Error(message), { code: "PROVIDER_FATAL" });
    }
    this.#status = READY;
    this.#off?.();
    this.#off = this.#client.on("localEvaluationFlagsLoaded", () => {
      this.events.emit("PROVIDER_CONFIGURATION_CHANGED");
      if (this.#status === ERROR || port.local?.state !== "stale") {
        this.#become(READY);
      }
    });
    // Nothing has failed there.
    if (isGlobalScope(port.host.random)) return;
    await this.#client.waitForLocalEvaluationReady(
      port.options.featureFlagsRequestTimeoutMs,
    );
    if (port.local?.state === "missing") {
      this.#status = ERROR;
      throw new Error("The flag definitions could not be loaded");
    }
  }

  /** Sends what is queued. The client is not shut down. */
  async onClose(): Promise<void> {
    this.#off?.();
    await this.#client.flush();
  }

  /** Whether the flag is on. */
  resolveBooleanEvaluation<Code extends string = string>(
    flagKey: string,
    defaultValue: boolean,
    context: EvaluationContextLike,
  ): Promise<ResolutionDetailsLike<boolean, Code>> {
    return this.#resolve(flagKey, defaultValue, context, READ.boolean);
  }

  /** The flag's variant. */
  resolveStringEvaluation<Code extends string = string>(
    flagKey: string,
    defaultValue: string,
    context: EvaluationContextLike,
  ): Promise<ResolutionDetailsLike<string, Code>> {
    return this.#resolve(flagKey, defaultValue, context, READ.string);
  }

  /** The flag's variant as a number, else its payload where that is one. */
  resolveNumberEvaluation<Code extends string = string>(
    flagKey: string,
    defaultValue: number,
    context: EvaluationContextLike,
  ): Promise<ResolutionDetailsLike<number, Code>> {
    return this.#resolve(flagKey, defaultValue, context, READ.number);
  }

  /** The flag's payload, where that is an object or a list. Frozen. */
  resolveObjectEvaluation<Value, Code extends string = string>(
    flagKey: string,
    defaultValue: Value,
    context: EvaluationContextLike,
  ): Promise<ResolutionDetailsLike<Value, Code>> {
    return this.#resolve(flagKey, defaultValue, context, READ.object);
  }

  /** Captures an event of the context's person and groups, with the details as properties. */
  track(
    trackingEventName: string,
    context: EvaluationContextLike,
    trackingEventDetails: Readonly<Record<string, unknown>> = {},
  ): void {
    attempt(() => {
      const { distinctId, groups } = this.#identify(context);
      this.#client.capture({
        distinctId,
        event: trackingEventName,
        properties: { ...trackingEventDetails },
        groups,
      });
    });
  }

  async #resolve<Value, Code>(
    key: string,
    defaultValue: Value,
    context: EvaluationContextLike,
    read: ReadValue,
  ): Promise<ResolutionDetailsLike<Value, Code>> {
    // OpenFeature's codes are an enum, which no text is for the compiler.
    return await this.#evaluate(key, defaultValue, context, read).catch(() =>
      // A context that can't be read, or a client that is somebody's wrapper.
      fail(defaultValue, "GENERAL", "The evaluation failed")
    ) as ResolutionDetailsLike<Value, Code>;
  }

  async #evaluate<Value>(
    key: string,
    defaultValue: Value,
    context: EvaluationContextLike,
    read: ReadValue,
  ): Promise<ResolutionDetailsLike<Value>> {
    const { distinctId, ...given } = this.#identify(context);
    if (distinctId === undefined) {
      const message = "The context has no targetingKey";
      return fail(defaultValue, "TARGETING_KEY_MISSING", message);
    }
    const { sendFeatureFlagEvents } = this.#options;
    const flags = await this.#client.evaluateFlags(distinctId, {
      ...given,
      flagKeys: [key],
      sendFeatureFlagEvents,
    });
    if (flags.distinctId === undefined) {
      return fail(defaultValue, "GENERAL", "The client is disabled or closed");
    }
    const local = this.#port?.local;
    if (flags.flagDefinitionsLoadedAt !== undefined) {
      this.#become(local?.state === "stale" ? STALE : READY);
    }
    const detail = flags.detail<boolean>(key, IS_OFF);
    return resolve(key, defaultValue, detail, read, local);
  }

  /** Whom a context is about. */
  #identify(context: EvaluationContextLike) {
    const { targetingKey, groups, groupProperties, ...personProperties } =
      context ?? {};
    return {
      distinctId: toId(targetingKey) ?? toId(this.#options.defaultDistinctId),
      // Whatever they are: the client reads them with care.
      groups: groups as Record<string, string>,
      groupProperties: groupProperties as Record<
        string,
        Record<string, unknown>
      >,
      personProperties,
    };
  }

  get #port(): FlagPort | undefined {
    return findFlagPort(this.#client);
  }

  #become(status: string): void {
    if (this.#status === status) return;
    this.#status = status;
    this.events.emit(status);
  }
}
