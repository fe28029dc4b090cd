import { assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";

/** Provider and hook as OpenFeature calls them, without its SDK. */
export function openFeature(
  t: ContractRunner,
  { testing, openFeature }: ContractLibrary,
): void {
  t.test(
    "an OpenFeature provider loads, evaluates, tracks and closes (EDGE-391, EDGE-393)",
    async () => {
      const { posthog, emulator } = testing.createTestClient({
        flags: {
          "new-nav": true,
          pricing: { value: "annual", payload: { discount: 20 } },
        },
      });
      const provider = new openFeature.PostHogProvider(posthog);
      const told: string[] = [];
      provider.events.addHandler(
        "PROVIDER_CONFIGURATION_CHANGED",
        () => told.push("changed"),
      );
      const user = { targetingKey: "user-1" };
      await provider.initialize();
      const details = [
        await provider.resolveBooleanEvaluation("new-nav", false, user),
        await provider.resolveStringEvaluation("pricing", "monthly", user),
        await provider.resolveObjectEvaluation("pricing", {}, user),
        await provider.resolveNumberEvaluation("pricing", 7, user),
      ];
      provider.track("order placed", user, { value: 12 });
      await provider.onClose();
      assertEquals(
        details.map(({ value, reason, errorCode }) => [
          value,
          reason,
          errorCode,
        ]),
        [
          [true, "TARGETING_MATCH", undefined],
          ["annual", "SPLIT", undefined],
          [{ discount: 20 }, "SPLIT", undefined],
          [7, "ERROR", "TYPE_MISMATCH"],
        ],
      );
      assertEquals(told, ["changed"]);
      assertEquals(
        emulator.events.map(({ event }) => event),
        ["$feature_flag_called", "$feature_flag_called", "order placed"],
      );
    },
  );

  t.test(
    "an OpenFeature hook captures another vendor's evaluations once (EDGE-394)",
    async () => {
      const { posthog, emulator } = testing.createTestClient();
      const hook = openFeature.exposureHook(posthog);
      const context = {
        context: { targetingKey: "user-1" },
        providerMetadata: { name: "flagd" },
      };
      const details = { flagKey: "nav", value: true, reason: "STATIC" };
      hook.after(context, details);
      hook.after(context, details);
      await posthog.flush();
      assertEquals(
        emulator.events.map(({ properties }) => properties["$feature/nav"]),
        [true],
      );
      assertEquals(openFeature.flagProperties(details), {
        "$feature/nav": true,
      });
    },
  );
}
