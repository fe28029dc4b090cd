import { warnOnConsole } from "../core/logger.ts";
import { findShared } from "../core/runtime.ts";
import { FeatureflipClient } from "./client.ts";
import type {
  EvaluationContext,
  EvaluationDetail,
  FeatureflipOptions,
  FlushResult,
} from "./types.ts";

/** What the module's functions stand on. */
interface DefaultClient {
  client?: FeatureflipClient | undefined;
  /** A closed one, which gives the defaults; made once, when that is told. */
  none?: FeatureflipClient;
}

function findDefault(): DefaultClient {
  return findShared<DefaultClient>("featureflip-client", () => ({}));
}

/** The default client, or one that gives defaults. */
function findClient(): FeatureflipClient {
  const shared = findDefault();
  if (shared.client) return shared.client;
  if (!shared.none) {
    shared.none = FeatureflipClient.forTesting({});
    shared.none.close();
    warnOnConsole("[featureflip] No default client: call configure() first");
  }
  return shared.none;
}

/**
 * Makes a client the default of this module's functions, in the place of an earlier one, which is closed. Resolves with it
 * once its flags are loaded. Rejects with a {@linkcode ConfigurationError}, and keeps the earlier one, where an option is
 * invalid; with an {@linkcode InitializationError}, and keeps the new one, where its flags can't be loaded yet.
 *
 * @example
 * ```ts
 * import { boolVariation, close, configure } from "edgehog/featureflip";
 * import { createFeatureflipEmulator } from "edgehog/dev";
 * import { assertEquals } from "@std/assert";
 *
 * const { fetch } = createFeatureflipEmulator({ flags: { "new-checkout": true } });
 * await configure({ sdkKey: "sdk-configure-example", fetch });
 * assertEquals(boolVariation("new-checkout", { "user_id": "u-9" }, false), true);
 * await close();
 * ```
 */
export async function configure(
  options?: FeatureflipOptions,
): Promise<FeatureflipClient> {
  const client = FeatureflipClient.get(options);
  const shared = findDefault();
  const earlier = shared.client;
  shared.client = client;
  await Promise.all([client.waitForInitialization(), earlier?.close()]);
  return client;
}

/** The client that `configure` made the default. */
export function defaultClient(): FeatureflipClient | undefined {
  return findDefault().client;
}

/** {@linkcode FeatureflipClient.boolVariation} of the default client. */
export function boolVariation(
  key: string,
  context: EvaluationContext,
  defaultValue: boolean,
): boolean {
  return findClient().boolVariation(key, context, defaultValue);
}

/** {@linkcode FeatureflipClient.stringVariation} of the default client. */
export function stringVariation(
  key: string,
  context: EvaluationContext,
  defaultValue: string,
): string {
  return findClient().stringVariation(key, context, defaultValue);
}

/** {@linkcode FeatureflipClient.numberVariation} of the default client. */
export function numberVariation(
  key: string,
  context: EvaluationContext,
  defaultValue: number,
): number {
  return findClient().numberVariation(key, context, defaultValue);
}

/** {@linkcode FeatureflipClient.jsonVariation} of the default client. */
export function jsonVariation<T>(
  key: string,
  context: EvaluationContext,
  defaultValue: T,
): T {
  return findClient().jsonVariation(key, context, defaultValue);
}

/** {@linkcode FeatureflipClient.variationDetail} of the default client. */
export function variationDetail<T>(
  key: string,
  context: EvaluationContext,
  defaultValue: T,
): EvaluationDetail<T> {
  return findClient().variationDetail(key, context, defaultValue);
}

/** {@linkcode FeatureflipClient.track} of the default client. */
export function track(
  eventKey: string,
  context: EvaluationContext,
  metadata?: Readonly<Record<string, unknown>>,
): void {
  findClient().track(eventKey, context, metadata);
}

/** {@linkcode FeatureflipClient.identify} of the default client. */
export function identify(context: EvaluationContext): void {
  findClient().identify(context);
}

/** {@linkcode FeatureflipClient.flush} of the default client. */
export async function flush(): Promise<FlushResult> {
  return await findClient().flush();
}

/** {@linkcode FeatureflipClient.restart} of the default client. */
export async function restart(): Promise<void> {
  await findClient().restart();
}

/** Closes the default client, which is none then. Never rejects, however often. */
export async function close(): Promise<void> {
  const shared = findDefault();
  const { client } = shared;
  shared.client = undefined;
  await client?.close();
}
