import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";

for (const isOn of [false, true]) {
  Deno.test(`client, scope and child scope tell AI wrappers that privacyMode is ${isOn} (FLD-052)`, () => {
    const { posthog } = createTestClient({
      privacyMode: isOn,
      enableFullAiCapture: !isOn,
    });
    const scope = posthog.forRequest();
    const child = scope.withContext({}, (inner) => inner);
    for (const holder of [posthog, scope, child]) {
      const { privacyMode, privacy_mode, enableFullAiCapture } = holder;
      assertEquals([privacyMode, privacy_mode, enableFullAiCapture], [
        isOn,
        isOn,
        !isOn,
      ]);
    }
  });
}
