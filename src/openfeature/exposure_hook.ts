import { type FeatureHost, findPort } from "../client/host.ts";
import { BoundedMap } from "../core/bounded_map.ts";
import { digestText } from "../core/digest.ts";
import { CallbackError } from "../core/errors.ts";
import { isNonBlank, isText, toId } from "../core/guards.ts";
import { findFlagPort } from "../flags/port.ts";
import type {
  EvaluationDetailsLike,
  ExposureHook,
  ExposureHookOptions,
  HookContextLike,
  OpenFeatureCaptureClient,
} from "./types.ts";

/** Exposures remembered for a client without feature flags, which has no memory of its own for them. */
const MAX_EXPOSURES = 50_000;

/**
 * Captures what any OpenFeature provider decides as `$feature_flag_called`, so that experiments on another vendor's flags
 * are analysed in PostHog. Each person, flag and value is captured once, as flags of the client's own are, within what it
 * remembers (`maxCacheSize`).
 *
 * Captured is the variant, else a value that is a boolean or a text. Not captured are evaluations that failed or fell back
 * to a default, those without a person, those of {@linkcode PostHogProvider}, which does so itself, and values that are
 * numbers or objects and have no variant.
 *
 * Metrics of an experiment need the value too: see {@linkcode flagProperties}. Behind OpenFeature's `MultiProvider` the hook
 * can't tell whose flag it was: leave those of PostHog out by `include`.
 *
 * @param posthog The client, with or without feature flags.
 * @param options See {@linkcode ExposureHookOptions}.
 *
 * @example Another vendor's flags in PostHog
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { exposureHook } from "edgehog/openfeature";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog, emulator } = createTestClient();
 * const hook = exposureHook(posthog);
 *
 * // OpenFeature.addHooks(hook);
 *
 * // As OpenFeature calls it after each evaluation:
 * const context = { context: { targetingKey: "user-1" }, providerMetadata: { name: "flagd" } };
 * const details = { flagKey: "pricing", value: "annual", variant: "annual", reason: "SPLIT" };
 * hook.after(context, details);
 * hook.after(context, details);
 * await posthog.flush();
 *
 * assertEquals(emulator.events.map(({ event }) => event), ["$feature_flag_called"]);
 * assertEquals(emulator.events[0]?.properties["$feature_flag_provider"], "flagd");
 * ```
 */
export function exposureHook(
  posthog: OpenFeatureCaptureClient,
  options: ExposureHookOptions = {},
): ExposureHook {
  let own: BoundedMap<number, null> | undefined;
  return {
    after(context, details) {
      try {
        const exposures = findFlagPort(posthog)?.exposures ??
          (own ??= new BoundedMap(MAX_EXPOSURES));
        captureOnce(posthog, options, exposures, context, details);
      } catch (cause) {
        const message = "Cannot capture the exposure of a flag";
        findHost(posthog)?.reporter.tell(
          new CallbackError(message, "exposureHook", cause),
          "warn",
          message,
        );
      }
    },
  };
}

function captureOnce(
  posthog: OpenFeatureCaptureClient,
  { distinctId, include }: ExposureHookOptions,
  exposures: BoundedMap<number, null>,
  { context, providerMetadata: { name } }: HookContextLike,
  details: EvaluationDetailsLike,
): void {
  const { flagKey, reason } = details;
  if (isNotDecided(details) || name.startsWith("PostHog")) return;
  const id = toId(distinctId?.(context)) ?? toId(context.targetingKey);
  if (id === undefined || include?.(flagKey) === false) return;
  const response = readResponse(details);
  if (response === undefined) {
    findHost(posthog)?.reporter.debug(
      `The exposure of the flag "${flagKey}" is not captured: its value is no boolean and no text`,
    );
    return;
  }
  const { groups } = context as { groups?: Record<string, string> };
  // Texts as JSON, as for the client's own flags; two vendors may have flags of one key.
  const identity = digestText(JSON.stringify([
    id,
    flagKey,
    response,
    Object.entries(Object(groups)).sort(),
    name,
  ]));
  if (exposures.has(identity)) return;
  exposures.set(identity, null);
  posthog.capture({
    distinctId: id,
    event: "$feature_flag_called",
    properties: {
      $feature_flag: flagKey,
      $feature_flag_response: response,
      ...flagProperties(details),
      $feature_flag_reason: reason,
      $feature_flag_provider: name,
      "locally_evaluated": false,
    },
    groups,
  });
}

/**
 * The property that the metric events of an experiment carry, `$feature/<key>`, for the details of an evaluation; an empty
 * object where {@linkcode exposureHook} captures no exposure for its value or reason.
 *
 * @param details What a `get…Details` of OpenFeature's client resolved to.
 *
 * @example A purchase by variant
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { flagProperties } from "edgehog/openfeature";
 * import { createTestClient } from "edgehog/testing";
 *
 * const { posthog, emulator } = createTestClient();
 *
 * // const details = await OpenFeature.getClient().getStringDetails("pricing", "monthly", context);
 * const details = { flagKey: "pricing", value: "annual", variant: "annual", reason: "SPLIT" };
 * posthog.capture({ distinctId: "user-1", event: "order placed", properties: { total: 12, ...flagProperties(details) } });
 * await posthog.flush();
 *
 * assertEquals(emulator.events[0]?.properties["$feature/pricing"], "annual");
 * ```
 */
export function flagProperties(
  details: EvaluationDetailsLike,
): Record<string, string | boolean> {
  const response = isNotDecided(details) ? undefined : readResponse(details);
  return response === undefined
    ? {}
    : { [`$feature/${details.flagKey}`]: response };
}

/** Whether nobody was given anything: what failed, or fell back. */
function isNotDecided({ errorCode, reason }: EvaluationDetailsLike): boolean {
  return Boolean(errorCode) || reason === "ERROR" || reason === "DEFAULT";
}

function readResponse(
  { variant, value }: EvaluationDetailsLike,
): string | boolean | undefined {
  if (isNonBlank(variant)) return variant;
  return isText(value) || typeof value === "boolean" ? value : undefined;
}

/** What a client is made of, features or not. */
function findHost(client: unknown): FeatureHost | undefined {
  return findPort(client, "delivery") as FeatureHost | undefined;
}
