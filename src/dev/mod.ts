/**
 * A PostHog for development and tests, in one fetch function: it takes events (by capture v1 and v0, of both
 * lanes), evaluates flags, serves flag definitions with ETags and remote config, fails on demand, and shows
 * everything it received. It runs wherever edgehog does and needs no account, network or process; `npx edgehog emulator`
 * serves it on loopback. Featureflip's Evaluation API is beside it: `createFeatureflipEmulator`.
 *
 * @example Point a client at it
 * ```ts
 * import { PostHog } from "edgehog";
 * import { createPostHogEmulator } from "edgehog/dev";
 * import { assertEquals } from "@std/assert";
 *
 * const emulator = createPostHogEmulator();
 * const posthog = new PostHog("phc_example", { fetch: emulator.fetch });
 * posthog.capture({ distinctId: "user-1", event: "order placed" });
 * await posthog.shutdown();
 * assertEquals(emulator.events.map(({ event }) => event), ["order placed"]);
 * ```
 *
 * @module
 */
export type { Clock } from "../core/clock.ts";
export type { Lane } from "../core/delivery.ts";
export type { Hasher } from "../core/hash.ts";
export type { JsonObject, JsonPrimitive, JsonValue } from "../core/json.ts";
export type { Logger } from "../core/logger.ts";
export type { MaybePromise } from "../core/platform.ts";
export type { RandomSource } from "../core/random.ts";
export { createPostHogEmulator } from "./emulator.ts";
export { retryFirstTries } from "./event_results.ts";
export { failFirstAttempts } from "./faults.ts";
export { createFeatureflipEmulator } from "./featureflip_emulator.ts";
export type {
  FeatureflipDefinition,
  FeatureflipEmulator,
  FeatureflipEmulatorOptions,
  FeatureflipFault,
  FeatureflipFlags,
  FeatureflipPath,
} from "./featureflip_types.ts";
export type {
  EmulatorChange,
  EmulatorFetch,
  EmulatorFlagDefinitions,
  EmulatorOptions,
  EmulatorPath,
  EmulatorQuota,
  EmulatorStore,
  EventPolicy,
  EventResult,
  Fault,
  FaultPolicy,
  IncomingEvent,
  IncomingRequest,
  PlannedFault,
  PostHogEmulator,
  ReceivedEvent,
  ReceivedRequest,
} from "./types.ts";
