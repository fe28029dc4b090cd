import { assertEquals } from "@std/assert";
import { PostHog } from "edgehog";
import { createClient } from "edgehog/client";
import { errorTracking } from "edgehog/error-tracking";
import { featureFlags } from "edgehog/feature-flags";
import { localEvaluation } from "edgehog/local-evaluation";
import { createTestClient, mockPostHog } from "edgehog/testing";

Deno.test("the kit's client, and its scopes, have the verbs of what it is made of (EDGE-356)", async () => {
  const whole = createTestClient({ flags: { on: true } });
  const bare = createTestClient({ use: [] });
  const remote = createTestClient({ use: [featureFlags()] });
  const local = createTestClient({
    use: [featureFlags({ local: localEvaluation() }), errorTracking()],
    featureFlagsPollingInterval: 60_000,
  });
  // @ts-expect-error: there are no flags
  assertEquals(bare.posthog.evaluateFlags, undefined);
  // @ts-expect-error: nor on a scope
  assertEquals(bare.posthog.forRequest().evaluateFlags, undefined);
  // @ts-expect-error: exceptions are not tracked
  assertEquals(remote.posthog.captureException, undefined);
  // @ts-expect-error: an option of a feature that it lacks
  createTestClient({ use: [], featureFlagsPollingInterval: 60_000 });
  for (const { posthog } of [remote, local]) {
    const flags = await posthog.forRequest().evaluateFlags("user-1");
    assertEquals(flags.keys, []);
  }
  local.posthog.forRequest().captureException(new Error("no"), "user-1");
  assertEquals([local.exceptions.length, whole.exceptions.length], [1, 0]);
});

Deno.test("mockPostHog() gives back the type of the client (EDGE-356)", () => {
  const clients = [
    new PostHog("phc_x", { testMode: true }),
    createClient("phc_y", { testMode: true, use: [errorTracking()] }),
  ] as const;
  const [whole, composed] = clients;
  const kits = [mockPostHog(whole), mockPostHog(composed)] as const;
  // @ts-expect-error: there are no flags
  assertEquals(kits[1].posthog.evaluateFlags, undefined);
  kits[1].posthog.captureException(new Error("no"), "user-1");
  assertEquals(kits[1].exceptions.length, 1);
  assertEquals(typeof kits[0].posthog.evaluateFlags, "function");
  for (const kit of kits) kit.restore();
});
