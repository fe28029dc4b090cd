/**
 * The base of all errors of this entry point.
 *
 * @example Tell them from an application's own
 * ```ts
 * import { FeatureflipClient, FeatureflipError } from "edgehog/featureflip";
 * import { assert, assertThrows } from "@std/assert";
 *
 * const error = assertThrows(() => FeatureflipClient.get({ sdkKey: "key", pollInterval: 0 }));
 * assert(error instanceof FeatureflipError);
 * ```
 */
export class FeatureflipError extends Error {
  /** The class, as a text that survives minifying. */
  override readonly name: string = "FeatureflipError";
}

/**
 * An option is invalid, or there is no SDK key. The message names the option, never its value.
 *
 * @example
 * ```ts
 * import { ConfigurationError, FeatureflipClient } from "edgehog/featureflip";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(
 *   () => FeatureflipClient.get({ sdkKey: "key", flushBatchSize: 0.5 }),
 *   ConfigurationError,
 *   "flushBatchSize",
 * );
 * ```
 */
export class ConfigurationError extends FeatureflipError {
  /** The class, as a text that survives minifying. */
  override readonly name = "ConfigurationError";
}

/**
 * The first load failed or took too long. The client goes on trying, and serves defaults meanwhile.
 *
 * @example
 * ```ts
 * import { FeatureflipClient, InitializationError } from "edgehog/featureflip";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const error = await assertRejects(
 *   () => FeatureflipClient.create({
 *     sdkKey: "sdk-init-example",
 *     logger: { warn() {} },
 *     fetch: () => Promise.resolve(new Response("", { status: 401 })),
 *   }),
 *   InitializationError,
 * );
 * assertEquals(error.status, 401);
 * ```
 */
export class InitializationError extends FeatureflipError {
  /** The class, as a text that survives minifying. */
  override readonly name = "InitializationError";
  /** The HTTP status, when there was an answer that said no. */
  declare readonly status?: number;

  /** Made by the client. */
  constructor(
    message: string,
    details: { readonly cause?: unknown; readonly status?: number } = {},
  ) {
    super(message, details);
    if (details.status !== undefined) this.status = details.status;
  }
}
