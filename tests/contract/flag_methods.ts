import { assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";

const FLAGS = {
  pricing: { value: "annual", payload: { discount: 20 } },
  "new-nav": false,
};

const BY_PLAN = {
  key: "by-plan",
  active: true,
  filters: {
    groups: [{
      properties: [{ key: "plan", type: "person", value: ["pro"] }],
    }],
  },
};

/** The methods for one flag at a time, which `PostHog` alone has. */
export function singleFlagMethods(
  t: ContractRunner,
  { testing }: ContractLibrary,
): void {
  const { createTestClient } = testing;

  t.test("one flag at a time: values, three-state, payloads, and one exposure (FLG-130, FLG-131, FLG-132)", async () => {
    const { posthog, emulator } = createTestClient({ flags: FLAGS });
    const hog = posthog.forRequest(undefined, undefined, {
      distinctId: "user-1",
    });
    assertEquals(await posthog.getFeatureFlag("pricing", "user-1"), "annual");
    assertEquals(await hog.getFeatureFlagResult("pricing"), {
      key: "pricing",
      enabled: true,
      variant: "annual",
      payload: { discount: 20 },
    });
    const unknown = [
      await hog.isFeatureEnabled("unknown", { sendFeatureFlagEvents: false }),
      await hog.isFeatureEnabled("unknown", {
        sendFeatureFlagEvents: false,
        defaultValue: true,
      }),
      await hog.getFeatureFlagPayload("unknown"),
    ];
    assertEquals(unknown, [undefined, true, undefined]);
    assertEquals(
      await hog.getAllFlags({ flagKeys: ["pricing"] }),
      { pricing: "annual" },
    );
    await posthog.flush();
    assertEquals(
      emulator.events.map(({ properties }) => properties["$feature_flag"]),
      ["pricing"],
    );
  });

  t.test("properties set for flags stay in their scope (FLG-141)", async () => {
    const { posthog, emulator } = createTestClient({
      flags: { flags: [BY_PLAN] },
    });
    const scopes = ["pro", "free"].map((plan) => {
      const hog = posthog.forRequest(undefined, undefined, {
        distinctId: plan,
      });
      hog.setPersonPropertiesForFlags({ plan });
      return hog;
    });
    const values = await Promise.all(
      scopes.map((hog) => hog.isFeatureEnabled("by-plan")),
    );
    assertEquals(values, [true, false]);
    scopes[0]?.resetPersonPropertiesForFlags();
    const options = { onlyEvaluateLocally: true };
    assertEquals(
      await scopes[0]?.isFeatureEnabled("by-plan", options),
      undefined,
    );
    assertEquals(
      emulator.requests.filter(({ path }) => path === "/flags").length,
      0,
    );
  });

  t.test("an argument that can't be read is one report, and the answer is neutral (FLG-134)", async () => {
    const { posthog, errors } = createTestClient({ flags: FLAGS });
    const options = {
      get onlyEvaluateLocally(): boolean {
        throw new Error("hands off");
      },
    };
    assertEquals(await posthog.getAllFlags("user-1", options), {});
    assertEquals(await posthog.getAllFlagsAndPayloads("user-1", options), {
      featureFlags: {},
      featureFlagPayloads: {},
    });
    assertEquals(await posthog.getFeatureFlag("pricing", options), undefined);
    assertEquals(errors.map(({ name }) => name), [
      "CallbackError",
      "CallbackError",
      "CallbackError",
    ]);
  });
}

/** Values that an application forces. */
export function flagOverrides(
  t: ContractRunner,
  { testing }: ContractLibrary,
): void {
  const { createTestClient } = testing;

  t.test("overrideFeatureFlags() answers before anything is loaded, until cleared", async () => {
    const { posthog, emulator } = createTestClient({ flags: FLAGS });
    posthog.overrideFeatureFlags({
      flags: { pricing: "monthly" },
      payloads: { pricing: { discount: 0 } },
    });
    const read = async () => {
      const flags = await posthog.forRequest().evaluateFlags("user-1", {
        flagKeys: ["pricing"],
      });
      return [flags.getFlag("pricing"), flags.getFlagPayload("pricing")];
    };
    assertEquals(await read(), ["monthly", { discount: 0 }]);
    assertEquals([emulator.requests.length, posthog.queueSize], [0, 0]);
    posthog.overrideFeatureFlags(false);
    assertEquals(await read(), ["annual", { discount: 20 }]);
  });
}
