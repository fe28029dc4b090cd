import { attempt, isObject } from "../core/guards.ts";
import type { WaitUntil } from "../core/platform.ts";
import { InitializationError } from "./errors.ts";
import type { EventDetails } from "./events.ts";
import { resolveOptions } from "./options.ts";
import { buildSnapshot, readFlag } from "./reading.ts";
import {
  findCores,
  type Handle,
  openHandle,
  SharedCore,
} from "./shared_core.ts";
import type {
  EvaluationContext,
  EvaluationDetail,
  FeatureflipOptions,
  FeatureflipRequestContext,
  FeatureflipTestingOptions,
  FlushResult,
  UpdateListener,
} from "./types.ts";

/** What came of no events. */
const NOTHING: FlushResult = { delivered: 0, dropped: 0, retained: 0 };

/**
 * Featureflip's flags, evaluated in the process. Clients of one SDK key share what they load. Reading a flag is synchronous
 * and never throws.
 *
 * @example
 * ```ts
 * import { FeatureflipClient } from "edgehog/featureflip";
 * import { createFeatureflipEmulator } from "edgehog/dev";
 * import { assertEquals } from "@std/assert";
 *
 * const { fetch } = createFeatureflipEmulator({ flags: { "new-checkout": true } });
 * const client = await FeatureflipClient.create({ sdkKey: "sdk-client-example", fetch });
 * assertEquals(client.boolVariation("new-checkout", { "user_id": "u-9" }, false), true);
 * await client.close();
 * ```
 */
export class FeatureflipClient {
  readonly #handle: Handle;
  readonly #waitUntil: WaitUntil | undefined;
  /** Whether this belongs to a request: another closes the client. */
  readonly #isView: boolean;

  private constructor(
    handle: Handle,
    waitUntil: WaitUntil | undefined,
    isView = false,
  ) {
    this.#handle = handle;
    this.#waitUntil = waitUntil;
    this.#isView = isView;
  }

  /**
   * Gives a client without asking for anything: the first access loads the flags. Throws a
   * {@linkcode ConfigurationError} where an option is invalid.
   */
  static get(options: FeatureflipOptions = {}): FeatureflipClient {
    const handle = openHandle(options);
    return new FeatureflipClient(handle, handle.core.settings.waitUntil);
  }

  /** Gives a client once its flags are loaded. Rejects with an {@linkcode InitializationError} when they can't be. */
  static async create(
    options?: FeatureflipOptions,
  ): Promise<FeatureflipClient> {
    const client = FeatureflipClient.get(options);
    try {
      await client.waitForInitialization();
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** Gives a client of fixed flags, which asks for nothing and sends nothing. */
  static forTesting(
    flags: Readonly<Record<string, unknown>>,
    options: FeatureflipTestingOptions = {},
  ): FeatureflipClient {
    const core = new SharedCore(resolveOptions({
      sdkKey: "no-key-in-tests",
      sendEvents: false,
      inspectors: options.inspectors,
    }));
    core.flags.fix(buildSnapshot(flags));
    return new FeatureflipClient(core.createHandle(), undefined);
  }

  /** Whether the flags have been loaded once; stays so through outages. */
  get initialized(): boolean {
    return this.#core?.flags.isLoaded ?? false;
  }

  /**
   * Resolves when the flags are loaded. Rejects with an {@linkcode InitializationError} as soon as loading them fails, or after
   * `initTimeout`; the client goes on trying, so a later call may resolve.
   */
  async waitForInitialization(): Promise<void> {
    const core = this.#core;
    if (!core) throw new InitializationError("The client is closed");
    await core.flags.waitForInitialization();
  }

  /** The value of a boolean flag; the default where there is none, or none of that type. */
  boolVariation(
    key: string,
    context: EvaluationContext,
    defaultValue: boolean,
  ): boolean {
    return this.#read(key, context, defaultValue, "boolean").value;
  }

  /** The value of a string flag; the default where there is none, or none of that type. */
  stringVariation(
    key: string,
    context: EvaluationContext,
    defaultValue: string,
  ): string {
    return this.#read(key, context, defaultValue, "string").value;
  }

  /** The value of a number flag; the default where there is none, or none of that type. */
  numberVariation(
    key: string,
    context: EvaluationContext,
    defaultValue: number,
  ): number {
    return this.#read(key, context, defaultValue, "number").value;
  }

  /** The value of a flag of any type, frozen and unchecked; the default where there is none, or null. */
  jsonVariation<T>(
    key: string,
    context: EvaluationContext,
    defaultValue: T,
  ): T {
    return this.#read(key, context, defaultValue).value;
  }

  /** A flag's value like that of `jsonVariation`, and how it came about. */
  variationDetail<T>(
    key: string,
    context: EvaluationContext,
    defaultValue: T,
  ): EvaluationDetail<T> {
    return this.#read(key, context, defaultValue);
  }

  /** Records that something happened, with metadata that is JSON. */
  track(
    eventKey: string,
    context: EvaluationContext,
    metadata?: Readonly<Record<string, unknown>>,
  ): void {
    this.#record("Custom", eventKey, toContext(context), { metadata });
  }

  /** Records who a user is. What flags they get does not depend on it. */
  identify(context: EvaluationContext): void {
    const known = toContext(context);
    const metadata = attempt(() => {
      const { "user_id": _id, userId: _alias, ...others } = known;
      return others;
    });
    this.#record("Identify", "$identify", known, { metadata });
  }

  /** Sends the events that wait. Never rejects. */
  async flush(): Promise<FlushResult> {
    return await this.#core?.events.flush() ?? NOTHING;
  }

  /** Loads the flags where they are due, and with a stream in any case. Never rejects. */
  async refresh(): Promise<void> {
    await this.#core?.flags.refresh();
  }

  /** Loads and connects anew, such as after an isolate was frozen. Keeps the flags and the events. Never rejects. */
  async restart(): Promise<void> {
    const core = this.#core;
    core?.events.rearm();
    await core?.flags.restart();
  }

  /** Calls the listener with the keys of flags that may have other values now; the result ends that. */
  on(event: "update", listener: UpdateListener): () => void {
    if (event === "update") this.#handle.listeners.add(listener);
    return () => this.off(event, listener);
  }

  /** Calls the listener no more. */
  off(_event: "update", listener: UpdateListener): void {
    this.#handle.listeners.delete(listener);
  }

  /** The same client for a request: what nobody awaits keeps that request's isolate alive. */
  forRequest(ctx: FeatureflipRequestContext): FeatureflipClient {
    const waitUntil: WaitUntil = (promise) => ctx.waitUntil(promise);
    return new FeatureflipClient(this.#handle, waitUntil, true);
  }

  /** Ends this client; the key's last one sends the events that wait. Never rejects. Of a request's view: nothing. */
  async close(): Promise<void> {
    if (this.#isView) return;
    const handle = this.#handle;
    await (handle.closing ??= handle.core.release(handle));
  }

  /**
   * Forgets every client, for tests.
   *
   * @internal
   */
  static resetForTesting(): void {
    for (const core of findCores().values()) core.abandon();
    findCores().clear();
  }

  /**
   * How many keys have clients, for tests.
   *
   * @internal
   */
  static debugLiveCoreCount(): number {
    return findCores().size;
  }

  /**
   * How many clients a key has, for tests.
   *
   * @internal
   */
  static debugRefCount(sdkKey: string): number {
    return findCores().get(sdkKey)?.handleCount ?? 0;
  }

  /** What the client stands on; undefined once it is closed. */
  get #core(): SharedCore | undefined {
    return this.#handle.isClosed ? undefined : this.#handle.core;
  }

  #read<T>(
    key: string,
    given: EvaluationContext,
    defaultValue: T,
    type?: "boolean" | "string" | "number",
  ): EvaluationDetail<T> {
    let detail: EvaluationDetail<T> = { value: defaultValue, reason: "Error" };
    const core = this.#core;
    if (!core) return detail;
    const { flags, settings } = core;
    const context = toContext(given);
    // A Worker's global scope refuses it.
    this.#keep(attempt(() => flags.touch(settings.clock.now())));
    try {
      detail = readFlag(flags.snapshot, { key, context, defaultValue, type });
    } catch {
      // An attribute that can't be read.
    }
    this.#record("Evaluation", key, context, {
      variation: detail.variationKey,
      prerequisiteKey: detail.prerequisiteKey,
    });
    for (const inspector of settings.inspectors) {
      core.contain("inspector", () =>
        inspector({
          flagKey: key,
          context: attempt(() => ({ ...context })) ?? {},
          ...detail,
          timestamp: new Date(settings.clock.now()).toISOString(),
        }));
    }
    return detail;
  }

  #record(
    type: "Evaluation" | "Custom" | "Identify",
    key: string,
    context: EvaluationContext,
    details: EventDetails,
  ): void {
    const core = this.#core;
    if (!core?.settings.sendsEvents) return;
    // A seam may fail.
    this.#keep(attempt(() =>
      core.events.record(
        type,
        String(key),
        context,
        details,
        core.settings.clock.now(),
      )
    ));
  }

  /** Nobody awaits the promise, which never rejects. */
  #keep(promise: Promise<unknown> | undefined): void {
    if (promise) attempt(() => this.#waitUntil?.(promise));
  }
}

/** What is no object says nothing of anybody. */
function toContext(context: unknown): EvaluationContext {
  return isObject(context) && !attempt(() => Array.isArray(context))
    ? context
    : {};
}
