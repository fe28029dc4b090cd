import { assertEquals } from "@std/assert";
import { createPostHogEmulator, type PostHogEmulator } from "edgehog/dev";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";
import { CAPTURE_PATHS } from "../../_kit/capture_paths.ts";
import { within } from "../../_kit/within.ts";
import { createWorker, workerTest } from "../../_kit/workerd.ts";

for (const [mode, variable] of [["v1", undefined], ["v0", "v0"]] as const) {
  workerTest(
    `the example shop sends by ${mode} with POSTHOG_CAPTURE_MODE ${variable} (UPS-001, UPS-004, UPS-006)`,
    async () => {
      const emulator = createPostHogEmulator();
      const { promise: hasArrived, resolve } = Promise.withResolvers<void>();
      const fetch: PostHogEmulator["fetch"] = async (input, init) => {
        const response = await emulator.fetch(input, init);
        if (emulator.events.length >= 2) resolve();
        return response;
      };
      await using server = await serveEmulator({ ...emulator, fetch }, 0);
      await using worker = await createWorker({
        entry: "examples/cloudflare-worker/src/index.ts",
        bindings: {
          POSTHOG_PROJECT_TOKEN: "phc_x",
          POSTHOG_HOST: server.url,
          ...(variable && { POSTHOG_CAPTURE_MODE: variable }),
        },
      });
      assertEquals((await worker.fetch("/")).status, 200);
      await within(hasArrived, 10_000, "both events arrive");
      const names = emulator.events.map(({ event }) => event).sort();
      assertEquals(names, ["$feature_flag_called", "shop viewed"]);
      const paths = emulator.requests.map(({ path }) => path)
        .filter((path) => path !== "/flags");
      assertEquals(
        new Set<string>(paths),
        new Set([CAPTURE_PATHS[mode].analytics]),
      );
    },
  );
}
