import { assertEquals, assertMatch } from "@std/assert";
import type { InertOptions, PostHogOptions } from "edgehog";
import type { PostHogOptions as NodeOptions } from "posthog-node";
import { DEFAULT_HOST } from "../../../src/options/defaults.ts";
import { OptionReader } from "../../../src/options/reader.ts";
import { resolveOptions } from "../../../src/options/resolve.ts";
import { refused, resolve } from "./_resolve.ts";

const NEAREST: readonly [given: string, meant: string | undefined][] = [
  ["flushAtt", "flushAt"],
  ["flsuhAt", "flushAt"],
  ["FLUSHAT", "flushAt"],
  ["flush-at", "flushAt"],
  ["maxQueueSiz", "maxQueueSize"],
  ["maxBachSze", "maxBatchSize"],
  ["max_queue_size", "maxQueueSize"],
  ["api_host", "host"],
  ["apiHost", "host"],
  ["hots", "host"],
  ["hst", "host"],
  ["hosd", "host"],
  ["sedretKay", "secretKey"],
  ["personal_api_key", "personalApiKey"],
  ["personalAPIKey", "personalApiKey"],
  ["secret_key", "secretKey"],
  ["on_error", "onError"],
  ["wait_until", "waitUntil"],
  ["disable_geoip", "disableGeoip"],
  ["sendFeatureFlagEvents", "sendFeatureFlagEvent"],
  ["evaluation_contexts", "evaluationContexts"],
  ["flag_definition_cache_provider", "flagDefinitionCacheProvider"],
  ["poll_interval", "featureFlagsPollingInterval"],
  ["timeout", "requestTimeout"],
  ["no", undefined],
  ["nw", undefined],
  ["color", undefined],
  ["flushAfter", undefined],
  ["__proto", undefined],
];

for (const [given, meant] of NEAREST) {
  Deno.test(`an option '${given}' is refused; meant: ${meant} (EDGE-440, EDGE-441, EDGE-442, FLD-021)`, () => {
    const hint = meant ? `; did you mean '${meant}'?` : "";
    const { problems, options } = resolve("phc_x", { [given]: "http://x.y" });
    assertEquals(problems.map(({ message, option }) => [message, option]), [[
      `Cannot use option '${given}': no feature of this client takes it${hint}`,
      given,
    ]]);
    assertEquals(options.host, DEFAULT_HOST);
  });
}

Deno.test("of many options that nobody takes twenty are told (EDGE-440, FLD-021)", () => {
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`unknown${index}`, index]),
  );
  assertEquals(refused(many).length, 20);
});

Deno.test("a client of the kernel suggests its own options only (FLD-021)", () => {
  const read = new OptionReader({
    "personal_api_key": "phx",
    "before_send": () => null,
    flagDefinitionCacheProvider: {},
  });
  resolveOptions("phc_x", read);
  read.refuseOthers();
  assertEquals(read.problems.map(({ message }) => message), [
    "Cannot use option 'personal_api_key': no feature of this client takes it",
    "Cannot use option 'before_send': no feature of this client takes it; did you mean 'beforeSend'?",
    "Cannot use option 'flagDefinitionCacheProvider': no feature of this client takes it",
  ]);
});

Deno.test("evaluationEnvironments is taken for evaluationContexts, and called deprecated (FLD-021, UPS-075)", () => {
  const older = resolve("phc_x", { evaluationEnvironments: ["web"] });
  assertEquals(older.options.evaluationContexts, ["web"]);
  assertEquals(older.problems, []);
  assertEquals(older.notes, [
    "Option 'evaluationEnvironments' is deprecated: use 'evaluationContexts'",
  ]);
  const both = resolve("phc_x", {
    evaluationContexts: ["api"],
    evaluationEnvironments: ["web"],
  });
  assertEquals(both.options.evaluationContexts, ["api"]);
  assertEquals(refused({ evaluationEnvironments: [1] }), [
    "evaluationEnvironments",
  ]);
});

/** Every option of posthog-node that has no effect here, with a value that asks for one. */
const INERT: Required<InertOptions> = {
  preloadFeatureFlags: true,
  persistence: "file" as "memory",
  enableExceptionAutocapture: true,
  bootstrap: { distinctId: "u" },
  readPostHogCookie: true,
  waitUntilDebounceMs: 50,
  waitUntilMaxWaitMs: 500,
  disableRemoteFeatureFlags: true,
  remoteConfigRequestTimeoutMs: 3000,
  personProfiles: "never",
  addTracingHeaders: ["a.example"],
  "custom_blocked_useragents": ["bot"],
  customBlockedUseragents: ["bot"],
  "__preview_capture_bot_pageviews": true,
  "disable_capture_url_hashes": true,
  disableCaptureUrlHashes: true,
  disableSurveys: false,
  disableRemoteConfig: false,
  sessionExpirationTimeSeconds: 60,
  metrics: {},
  logs: {},
  traces: {},
  appHost: "https://us.posthog.com",
  emailRequestTimeoutMs: 15_000,
  emailRequestMaxRetries: 2,
  migratedFrom: "resend",
};

Deno.test("options of posthog-node without effect are one warning that names all of them and what to do (FLD-021, UPS-075)", () => {
  const { problems, notes } = resolve("phc_x", INERT);
  assertEquals([problems, notes.length], [[], 1]);
  for (const name of Object.keys(INERT)) {
    assertMatch(notes.join(), new RegExp(`'${name}' \\([^)]{8,}\\)`));
  }
  assertEquals(
    resolve("phc_x", { bootstrap: {}, persistence: "memory" }).notes,
    [
      "Options without effect here: 'bootstrap' (use 'flagDefinitionCache' or 'overrideFeatureFlags')",
    ],
  );
});

Deno.test("an option of posthog-node whose value is our behaviour is no warning (FLD-021)", () => {
  const ours: InertOptions = {
    preloadFeatureFlags: false,
    persistence: "memory",
    enableExceptionAutocapture: false,
    readPostHogCookie: false,
    disableRemoteFeatureFlags: false,
    personProfiles: "always",
    "__preview_capture_bot_pageviews": false,
    "disable_capture_url_hashes": false,
    disableCaptureUrlHashes: false,
    disableSurveys: true,
    disableRemoteConfig: true,
    bootstrap: undefined,
    metrics: undefined,
  };
  const { problems, notes } = resolve("phc_x", ours);
  assertEquals([problems, notes], [[], []]);
});

Deno.test("every option of posthog-node has its type here (FLD-021)", () => {
  type Unknown = Exclude<keyof NodeOptions, keyof PostHogOptions>;
  const none: [Unknown] extends [never] ? true : Unknown = true;
  assertEquals(none, true);
});

Deno.test("options of posthog-node 6 without effect are no error, and named in one line (UPS-075, R64)", () => {
  const { problems, notes } = resolve("phc_x", {
    waitUntilDebounceMs: 50,
    logs: {},
  });
  assertEquals([problems, notes], [[], [
    "Options without effect here: 'waitUntilDebounceMs' (events leave at once), 'logs' (use OpenTelemetry)",
  ]]);
});

Deno.test("an option's other name beside it is told of, unless it counts (UPS-182)", () => {
  const hook = () => null;
  const given = { beforeSend: hook, "before_send": hook };
  assertEquals(resolve("phc_x", given).notes, [
    "Option 'before_send' is ignored: 'beforeSend' is given too",
  ]);
  const cache = {
    getFlagDefinitions: hook,
    shouldFetchFlagDefinitions: hook,
    onFlagDefinitionsReceived: hook,
    shutdown: hook,
  };
  const caches = {
    flagDefinitionCache: cache,
    flagDefinitionCacheProvider: cache,
  };
  assertEquals(resolve("phc_x", caches).notes, [
    "Option 'flagDefinitionCacheProvider' is ignored: 'flagDefinitionCache' is given too",
  ]);
  for (const beforeSend of [undefined, null, 5]) {
    const { options, notes } = resolve("phc_x", { ...given, beforeSend });
    assertEquals([options.beforeSend, notes], [[hook], []]);
  }
});
