import { assert, assertEquals } from "@std/assert";
import { type ClientOf, createClient, type ScopeOf } from "edgehog/client";
import { createPostHogEmulator } from "edgehog/dev";
import {
  errorTracking,
  type ErrorTrackingFeature,
} from "edgehog/error-tracking";
import {
  type FeatureFlagEvaluations,
  featureFlags,
} from "edgehog/feature-flags";
import { localEvaluation, regexOperators } from "edgehog/local-evaluation";

const { fetch } = createPostHogEmulator();
const options = { fetch, disableSingletonWarning: true };
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

Deno.test("a verb of an absent feature does not compile", () => {
  const posthog = createClient("phc_x", options);
  const hog = posthog.forRequest();
  // @ts-expect-error: there are no flags
  assertEquals(posthog.evaluateFlags, undefined);
  // @ts-expect-error: nor on a scope
  assertEquals(hog.evaluateFlags, undefined);
  // @ts-expect-error: exceptions are not tracked
  assertEquals(hog.captureException, undefined);
  const id: string | undefined = hog.capture({ event: "viewed" });
  assert(id !== undefined, "the kernel's verbs are there");
});

Deno.test("features bring their verbs to the client, to scopes and to scopes of scopes", async () => {
  const posthog = createClient("phc_x", {
    ...options,
    use: [featureFlags(), errorTracking()],
  });
  const hog = posthog.forRequest();
  const flags: FeatureFlagEvaluations = await hog.evaluateFlags("user-1");
  posthog.overrideFeatureFlags(["a"]);
  // @ts-expect-error: what changes the client is the client's alone
  assertEquals(hog.overrideFeatureFlags, undefined);
  // @ts-expect-error: the single-flag methods are those of `PostHog`
  assertEquals(hog.getFeatureFlag, undefined);
  hog.withContext({ distinctId: "user-2" }, (inner) => {
    inner.captureException(new Error("fails"));
    inner.capture({ event: "viewed", flags });
  });
  await posthog.flush();
});

Deno.test("options are those of the kernel and of the features", () => {
  createClient("phc_x", {
    ...options,
    logger: quiet,
    // @ts-expect-error: an option of flags, without flags
    personalApiKey: "phx_x",
  });
  createClient("phc_x", {
    ...options,
    personalApiKey: "phx_x",
    use: [featureFlags()],
  });
  createClient("phc_x", {
    ...options,
    logger: quiet,
    // @ts-expect-error: an option of local evaluation, without it
    projectTimezone: "UTC",
    use: [featureFlags()],
  });
  createClient("phc_x", {
    ...options,
    projectTimezone: "UTC",
    projectRoot: "/app",
    use: [
      featureFlags({ local: localEvaluation({ regex: regexOperators() }) }),
      errorTracking(),
    ],
  });
  createClient("phc_x", {
    ...options,
    logger: quiet,
    // @ts-expect-error: this is no feature
    use: ["flags"],
  });
  createClient("phc_x", {
    ...options,
    logger: quiet,
    // @ts-expect-error: the call is missing
    use: [errorTracking],
  });
  createClient("phc_x", {
    ...options,
    logger: quiet,
    // @ts-expect-error: it goes into `featureFlags`
    use: [localEvaluation()],
  });
});

Deno.test("the types of a client and of its scopes can be named", () => {
  type Client = ClientOf<[ErrorTrackingFeature]>;
  type Scope = ScopeOf<[ErrorTrackingFeature]>;
  const report = (scope: Scope) => scope.captureException(new Error("fails"));
  const posthog: Client = createClient("phc_x", {
    ...options,
    use: [errorTracking()],
  });
  assert(report(posthog.forRequest()) !== undefined, "captured");
  const bare: ClientOf<[]> = createClient("phc_x", options);
  assert(bare.forRequest().capture({ event: "viewed" }) !== undefined, "bare");
});

Deno.test("a feature that may be absent brings no verbs", () => {
  const isDevelopment = Math.random() < 2;
  const posthog = createClient("phc_x", {
    ...options,
    use: isDevelopment ? [errorTracking()] : [],
  });
  // @ts-expect-error: it may not be there
  posthog.captureException(new Error("fails"));
  assert("captureException" in posthog, "it is");
});
