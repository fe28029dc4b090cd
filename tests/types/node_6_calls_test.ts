import { assertEquals } from "@std/assert";
import {
  type CaptureEventOptions,
  type EventMessage,
  FeatureFlagError,
  type FeatureFlagEvaluationRuntime,
  type IPostHog,
  type PostHogOptions,
} from "edgehog";
import { createTestClient } from "edgehog/testing";

const OPTIONS: PostHogOptions = {
  featureFlagsPollingInterval: null,
  waitUntilDebounceMs: undefined,
  beforeSend: (event) =>
    event.event === "secret" ? null : { ...event, options: event.options },
};

/** The calls that posthog-node 6 has and 5 has not, or has otherwise. */
async function callAll(posthog: IPostHog): Promise<readonly unknown[]> {
  const options: CaptureEventOptions = {
    process_person_profile: false,
    cookieless_mode: true,
    product_tour_id: "t1",
    later: { nested: [1] },
  };
  const loaded: number[] = [];
  const off = posthog.on("localEvaluationFlagsLoaded", (count: number) => {
    loaded.push(count);
  });
  await posthog.waitForLocalEvaluationReady(1000);
  off();
  const message: EventMessage = { distinctId: "u", event: "paid", options };
  posthog.capture(message);
  await posthog.captureImmediate({ ...message, event: "paid at once" });
  posthog.captureAi({ ...message, event: "$ai_span" });
  posthog.captureException(new Error("x"), {
    distinctId: "u",
    properties: { area: "pay" },
    options,
    level: "critical",
  });
  await posthog.captureExceptionImmediate(new Error("x"), { distinctId: "u" });
  await posthog.registerOptions({ cookieless_mode: true });
  await posthog.unregisterOptions("cookieless_mode");
  const prepared = await posthog.prepareEventMessage(message);
  if (prepared) posthog.capture({ ...prepared, event: "prepared" });
  const runtime: FeatureFlagEvaluationRuntime | undefined = posthog
    .getFeatureFlagEvaluationRuntime("nav");
  const flags = await posthog.evaluateFlags("u");
  const silent = { sendFeatureFlagEvents: false };
  return [
    loaded,
    runtime,
    posthog.getFeatureFlagKeysByEvaluationRuntime("server"),
    flags.isEnabled("nav", { ...silent, defaultValue: true }),
    flags.getFlag("nav", silent),
    flags.detail("unknown", 0).reason === FeatureFlagError.FLAG_MISSING,
  ];
}

Deno.test("the calls of posthog-node 6 compile and run without a word (FLD-055, UPS-060, UPS-070, UPS-072, UPS-073, UPS-075, UPS-076)", async () => {
  const { posthog, emulator, errors, logs } = createTestClient({
    ...OPTIONS,
    flags: { nav: "new" },
  });
  const results = await callAll(posthog);
  assertEquals(results, [[1], "all", ["nav"], true, "new", true]);
  await posthog.flush();
  assertEquals(emulator.events.map(({ event }) => event).sort(), [
    "$ai_span",
    "$exception",
    "$exception",
    "$feature_flag_called",
    "paid",
    "paid at once",
    "prepared",
  ]);
  assertEquals([errors, logs], [[], []]);
});
