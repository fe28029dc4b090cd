import { assertEquals } from "@std/assert";
import type { PostHogOptions } from "edgehog";
import { createTestClient } from "edgehog/testing";
import { CAPTURE_PATH } from "../../_kit/capture_paths.ts";

const KEY = "phx_4711";

/** What makes `onError` hear of an event, by name. */
const FAULTS: Readonly<Record<string, PostHogOptions>> = {
  "that PostHog refuses": {},
  "that is too large": { maxEventBytes: 200 },
  "whose hook throws": {
    beforeSend: () => {
      throw new Error("the hook's");
    },
  },
  "whose hook returns nonsense": { beforeSend: () => "x" as never },
};

for (const [name, options] of Object.entries(FAULTS)) {
  Deno.test(`onError and the drop listeners see no key in the name of an event ${name} (CAP-294)`, async () => {
    const { posthog, emulator, errors } = createTestClient({
      personalApiKey: KEY,
      ...options,
    });
    const dropped: unknown[] = [];
    posthog.on("drop", (event) => dropped.push(event));
    emulator.failNext({ path: CAPTURE_PATH, status: 400 });
    posthog.capture({ distinctId: "u", event: `paid by ${KEY}` });
    await posthog.flush();
    const told = JSON.stringify([
      errors,
      errors.map(({ message }) => message),
      dropped,
    ]);
    assertEquals([errors.length, dropped.length, told.includes(KEY)], [
      1,
      1,
      false,
    ]);
    assertEquals(told.includes("paid by [redacted]"), true);
  });
}
