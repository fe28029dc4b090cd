import { assertEquals, assertThrows } from "@std/assert";
import {
  FeatureFlagError,
  type FeatureFlagErrorType,
  type FeatureFlagEvaluationRuntime,
  PostHog,
} from "edgehog";
import { createTestClient } from "edgehog/testing";

const filters = { groups: [{ rollout_percentage: 100 }] };
const FLAGS: readonly (readonly [key: string, runtime?: unknown])[] = [
  ["a", "server"],
  ["b", "client"],
  ["c"],
  ["d", "all"],
  ["e", "mobile"],
  ["f", null],
];

function create(definitions = FLAGS) {
  return createTestClient({
    flags: {
      flags: definitions.map(([key, runtime]) => ({
        key,
        active: true,
        filters,
        ...(runtime !== undefined &&
          { "evaluation_runtime": runtime as string }),
      })),
    },
  });
}

const RUNTIMES = ["server", "client", "all"] as const;

Deno.test("flags have the runtime of their definitions, or all (UPS-070, R68)", async () => {
  const { posthog, emulator } = create();
  const hog = posthog.forRequest(undefined, undefined, { distinctId: "u" });
  assertEquals(posthog.getFeatureFlagEvaluationRuntime("a"), undefined);
  for (const runtime of RUNTIMES) {
    assertEquals(posthog.getFeatureFlagKeysByEvaluationRuntime(runtime), []);
  }
  assertEquals(emulator.requests, []);
  await posthog.waitForLocalEvaluationReady();
  for (const methods of [posthog, hog]) {
    assertEquals(
      [...FLAGS.map(([key]) => key), "zzz", "toString"]
        .map((key) => methods.getFeatureFlagEvaluationRuntime(key)),
      ["server", "client", "all", "all", "all", "all", undefined, undefined],
    );
    assertEquals(
      RUNTIMES.map((runtime) =>
        methods.getFeatureFlagKeysByEvaluationRuntime(runtime).join("")
      ),
      ["acdef", "bcdef", "abcdef"],
    );
  }
  await posthog.flush();
  assertEquals([emulator.requests.length, emulator.events], [1, []]);
});

Deno.test("the list of keys is the caller's own (UPS-070)", async () => {
  const { posthog } = create();
  await posthog.waitForLocalEvaluationReady();
  posthog.getFeatureFlagKeysByEvaluationRuntime("all").length = 0;
  assertEquals(posthog.getFeatureFlagKeysByEvaluationRuntime("all").length, 6);
});

Deno.test("without local evaluation, or disabled, no flag has a runtime (UPS-070)", async () => {
  const { posthog } = createTestClient({
    flags: { a: true },
    personalApiKey: undefined,
  });
  await posthog.evaluateFlags("u");
  for (const client of [posthog, new PostHog("phc_x", { disabled: true })]) {
    assertEquals(client.getFeatureFlagEvaluationRuntime("a"), undefined);
    assertEquals(client.getFeatureFlagKeysByEvaluationRuntime("all"), []);
  }
});

Deno.test("FeatureFlagError has the words of '$feature_flag_error', frozen (UPS-076)", async () => {
  assertEquals(FeatureFlagError, {
    ERRORS_WHILE_COMPUTING: "errors_while_computing_flags",
    FLAG_MISSING: "flag_missing",
    LOCAL_EVALUATION_INCONCLUSIVE: "local_evaluation_inconclusive",
    QUOTA_LIMITED: "quota_limited",
    UNKNOWN_ERROR: "unknown_error",
  });
  assertThrows(() => {
    Object.assign(FeatureFlagError, { FLAG_MISSING: "other" });
  });
  const error: FeatureFlagErrorType = FeatureFlagError.FLAG_MISSING;
  const other: FeatureFlagErrorType = "timeout";
  const runtime: FeatureFlagEvaluationRuntime = "all";
  assertEquals([error, other, runtime], ["flag_missing", "timeout", "all"]);
  const { posthog, emulator } = createTestClient();
  (await posthog.evaluateFlags("u")).getFlag("zzz");
  await posthog.flush();
  assertEquals(
    emulator.events.map((event) => event.properties["$feature_flag_error"]),
    [error],
  );
});
