import { assertEquals } from "@std/assert";
import { createClient } from "../../../src/client/create_client.ts";
import type { FeatureMaker, MadeFeature } from "../../../src/client/host.ts";

/** A feature that evaluates `sendFeatureFlags`. */
function createFeature(
  prepareEvent: MadeFeature["prepareEvent"],
): FeatureMaker {
  return {
    name: "odd",
    verbs: [],
    eventMember: "sendFeatureFlags",
    check: () => undefined,
    make: () => ({ verbs: {}, ...(prepareEvent && { prepareEvent }) }),
  };
}

function createFixture(use: readonly FeatureMaker[]) {
  const sent: unknown[] = [];
  const warnings: string[] = [];
  const errors: unknown[] = [];
  const posthog = createClient("phc_test", {
    use,
    disableCompression: true,
    disableSingletonWarning: true,
    async fetch(input: string | URL | Request, init?: RequestInit) {
      const { batch } = await new Request(input, init).json();
      for (const { event } of batch) sent.push(event);
      return Response.json({ results: {} });
    },
    logger: {
      debug: () => {},
      info: () => {},
      warn: (message: string) => void warnings.push(message),
      error: () => {},
    },
    onError: (error) =>
      void errors.push([error.code, "option" in error && error.option]),
  });
  return { posthog, sent, warnings, errors };
}

const EVENT = { distinctId: "user-1", event: "paid" };

Deno.test("capture() tells once that no feature takes 'sendFeatureFlags', and sends the event without", async () => {
  const { posthog, sent, warnings, errors } = createFixture([]);
  for (const no of [undefined, null, false]) {
    posthog.capture({ ...EVENT, sendFeatureFlags: no as undefined });
  }
  assertEquals(warnings, []);
  posthog.capture({ ...EVENT, sendFeatureFlags: true });
  posthog.forRequest().capture({ ...EVENT, sendFeatureFlags: {} });
  await posthog.captureImmediate({ ...EVENT, sendFeatureFlags: true });
  await posthog.flush();
  assertEquals(sent, Array(6).fill("paid"));
  assertEquals(warnings, [
    "Cannot use 'sendFeatureFlags': no feature of this client evaluates flags",
  ]);
  assertEquals(errors, []);
});

Deno.test("capture() says nothing of 'sendFeatureFlags' where a feature takes it", async () => {
  const asked: unknown[] = [];
  const feature = createFeature((_, { sendFeatureFlags }) => {
    asked.push(sendFeatureFlags);
    return undefined;
  });
  const { posthog, warnings } = createFixture([feature]);
  posthog.capture({ ...EVENT, sendFeatureFlags: true });
  posthog.capture(EVENT);
  await posthog.flush();
  assertEquals([asked, warnings], [[true], []]);
});

Deno.test("capture() sends an event without what a feature was to evaluate, and failed at", async () => {
  const feature = createFeature(() => {
    throw new Error("no");
  });
  const { posthog, sent, warnings, errors } = createFixture([feature]);
  assertEquals(
    typeof posthog.capture({ ...EVENT, sendFeatureFlags: true }),
    "string",
  );
  await posthog.flush();
  assertEquals(sent, ["paid"]);
  assertEquals(warnings, ["Cannot use the feature 'odd'"]);
  assertEquals(errors, [["config", "use"]]);
});
