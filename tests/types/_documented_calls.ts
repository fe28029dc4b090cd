/** Calls as posthog-node's documentation has them, each in words of our own: only the import is edgehog's. */
import {
  type BeforeSendFn,
  type EventMessage,
  FeatureFlagError,
  PostHog,
  uuidv7,
} from "edgehog";

const dropSecrets: BeforeSendFn = (event) => {
  if (event.event === "secret") return null;
  event.properties = { ...event.properties, region: "eu" };
  return event;
};

/** Making one. */
export const posthog: PostHog = new PostHog("phc_x", {
  host: "https://eu.i.posthog.com",
  personalApiKey: "phx_x",
  flushAt: 20,
  flushInterval: 10_000,
  maxBatchSize: 100,
  maxQueueSize: 1000,
  requestTimeout: 5000,
  fetchRetryCount: 3,
  fetchRetryDelay: 3000,
  featureFlagsPollingInterval: null,
  featureFlagsRequestTimeoutMs: 2000,
  enableLocalEvaluation: true,
  strictLocalEvaluation: false,
  sendFeatureFlagEvent: true,
  maxCacheSize: 1000,
  preloadFeatureFlags: true,
  disableGeoip: false,
  disableCompression: false,
  enableExceptionAutocapture: true,
  evaluationContexts: ["web"],
  historicalMigration: false,
  privacyMode: true,
  disabled: false,
  defaultOptIn: true,
  isServer: true,
  // deno-lint-ignore camelcase -- an option's name
  before_send: dropSecrets,
});

/** Events and persons. */
export async function capture(): Promise<void> {
  const message: EventMessage = { distinctId: "u", event: "signed up" };
  posthog.capture(message);
  posthog.capture({
    distinctId: "u",
    event: "order placed",
    properties: {
      total: 3,
      $set: { plan: "pro" },
      $set_once: { first: "/" },
      $process_person_profile: false,
    },
    groups: { company: "acme" },
    timestamp: new Date(0),
    uuid: uuidv7(),
    disableGeoip: true,
    sendFeatureFlags: { onlyEvaluateLocally: true, flagKeys: ["a"] },
  });
  posthog.capture({ distinctId: "u", event: "seen", sendFeatureFlags: true });
  await posthog.captureImmediate({ distinctId: "u", event: "signed up" });
  posthog.captureAi({ distinctId: "u", event: "$ai_generation" });
  await posthog.captureAiImmediate({ distinctId: "u", event: "$ai_trace" });
  posthog.identify({
    distinctId: "u",
    properties: { $set: { plan: "pro" }, $set_once: { source: "ad" } },
  });
  await posthog.identifyImmediate({ distinctId: "u", properties: { a: 1 } });
  posthog.setPersonProperties({ distinctId: "u", properties: { a: 1 } });
  posthog.unsetPersonProperties({ distinctId: "u", properties: ["a"] });
  posthog.alias({ distinctId: "u", alias: "anonymous-1" });
  await posthog.aliasImmediate({ distinctId: "u", alias: "anonymous-1" });
  posthog.groupIdentify({
    groupType: "company",
    groupKey: "acme",
    properties: { seats: 3 },
    distinctId: "u",
  });
  await posthog.groupIdentifyImmediate({ groupType: "t", groupKey: "k" });
  posthog.captureException(new Error("x"), "u", { area: "cart" });
  await posthog.captureExceptionImmediate(new Error("x"), "u");
  posthog.captureException(new Error("x"), "u", {}, uuidv7());
}

/** Flags, in snapshots and one by one. */
export async function evaluate(): Promise<unknown> {
  const flags = await posthog.evaluateFlags("u", {
    flagKeys: ["nav"],
    groups: { company: "acme" },
    personProperties: { plan: "pro" },
    groupProperties: { company: { seats: 3 } },
    onlyEvaluateLocally: true,
    disableGeoip: true,
  });
  if (flags.isEnabled("nav")) flags.getFlag("nav");
  const silent = { sendFeatureFlagEvents: false };
  flags.isEnabled("nav", { ...silent, defaultValue: true });
  flags.getFlag("nav", silent);
  flags.getFlagPayload("nav");
  posthog.capture({ distinctId: "u", event: "seen", flags });
  posthog.capture({
    distinctId: "u",
    event: "seen",
    flags: flags.onlyAccessed(),
  });
  posthog.capture({ distinctId: "u", event: "seen", flags: flags.only(["a"]) });
  const options = {
    groups: { company: "acme" },
    personProperties: { plan: "pro" },
    onlyEvaluateLocally: true,
    sendFeatureFlagEvents: false,
  };
  if (posthog.isLocalEvaluationReady()) await posthog.reloadFeatureFlags();
  await posthog.waitForLocalEvaluationReady();
  await posthog.waitForLocalEvaluationReady(10_000);
  posthog.overrideFeatureFlags(false);
  posthog.overrideFeatureFlags(["a", "b"]);
  posthog.overrideFeatureFlags({ nav: "new", other: true });
  posthog.overrideFeatureFlags({
    flags: { nav: "new" },
    payloads: { nav: { discount: 20 } },
  });
  const variant: string | boolean | undefined = await posthog.getFeatureFlag(
    "nav",
    "u",
    options,
  );
  return [
    FeatureFlagError.FLAG_MISSING,
    posthog.getFeatureFlagEvaluationRuntime("nav") === "client",
    posthog.getFeatureFlagKeysByEvaluationRuntime("server").length,
    variant,
    await posthog.isFeatureEnabled("nav", "u"),
    await posthog.isFeatureEnabled("nav", "u", options),
    await posthog.getFeatureFlagPayload("nav", "u"),
    await posthog.getFeatureFlagPayload("nav", "u", "new"),
    await posthog.getFeatureFlagPayload("nav", "u", undefined, options),
    (await posthog.getFeatureFlagResult("nav", "u", options))?.variant,
    await posthog.getRemoteConfigPayload("banner"),
    (await posthog.getAllFlags("u", { flagKeys: ["a"] }))["a"],
    (await posthog.getAllFlagsAndPayloads("u")).featureFlagPayloads,
  ];
}

/** The client itself. */
export async function manage(): Promise<void> {
  posthog.register({ service: "shop" });
  posthog.unregister("service");
  const off: () => void = posthog.on("error", (error: unknown) => {
    posthog.debug(error !== undefined);
  });
  off();
  posthog.on("localEvaluationFlagsLoaded", (count: number) => count + 1)();
  posthog.debug();
  posthog.debug(false);
  await posthog.optOut();
  await posthog.optIn();
  await posthog.disable();
  await posthog.enable();
  if (!posthog.optedOut && !posthog.isDisabled) await posthog.flush();
  posthog.addPendingPromise(Promise.resolve());
  posthog.getLibraryId() + posthog.getLibraryVersion();
  posthog.getCustomUserAgent();
  await posthog.shutdown();
  await posthog.shutdown(2000);
}
