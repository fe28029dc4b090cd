/** PostHog's own AI wrapper around a model, with a client and with a scope: in privacy mode no content leaves. */
import { withTracing } from "@posthog/ai/vercel";
import { createTestClient } from "edgehog/testing";
import assert from "node:assert/strict";

const INPUT = "canary-input";
const OUTPUT = "canary-output";

const model = {
  specificationVersion: "v2",
  provider: "a-provider",
  modelId: "a-model",
  supportedUrls: {},
  doGenerate: () =>
    Promise.resolve({
      content: [{ type: "text", text: OUTPUT }],
      finishReason: "stop",
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      warnings: [],
    }),
};
const prompt = [{ role: "user", content: [{ type: "text", text: INPUT }] }];

for (const enableFullAiCapture of [false, true]) {
  for (const privacyMode of [false, true]) {
    for (const isScope of [false, true]) {
      const { posthog, emulator } = createTestClient({
        privacyMode,
        enableFullAiCapture,
      });
      const hog = isScope ? posthog.forRequest() : posthog;
      const traced = withTracing(model, hog, {
        posthogDistinctId: "u",
        posthogCaptureImmediate: true,
      });
      await traced.doGenerate({ prompt });
      const [event] = emulator.events;
      const name = JSON.stringify({
        enableFullAiCapture,
        privacyMode,
        isScope,
      });
      assert.equal(emulator.events.length, 1, name);
      assert.equal(event.event, "$ai_generation", name);
      const text = JSON.stringify(emulator.requests);
      assert.equal(text.includes(INPUT), !privacyMode, name);
      assert.equal(text.includes(OUTPUT), !privacyMode, name);
      const isFull = emulator.requests[0].path === "/i/v1/ai/events";
      assert.equal(isFull, enableFullAiCapture, name);
    }
  }
}
