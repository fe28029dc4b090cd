import { assertEquals, assertMatch } from "@std/assert";
import { createPostHogEmulator } from "edgehog/dev";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";
import {
  sendVisits,
  waitUntilSettled,
} from "../../../scripts/demonstrate/demo/drive.ts";
import { createSourceFinder } from "../../../scripts/demonstrate/demo/frames.ts";
import { planVisits } from "../../../scripts/demonstrate/demo/plan.ts";
import { tallyServer } from "../../../scripts/demonstrate/demo/tally.ts";
import { bundle } from "../../_kit/bundle.ts";
import { fromRoot } from "../../_kit/paths.ts";
import { createWorker, workerTest } from "../../_kit/workerd.ts";

workerTest(
  "the demo names the source file and the line that threw, not its bundle's",
  async () => {
    const emulator = createPostHogEmulator();
    await using server = await serveEmulator(emulator, 0);
    const script = bundle("scripts/demonstrate/demo/harness.ts");
    await using worker = await createWorker({
      script,
      bindings: { POSTHOG_API_KEY: "phc_x", POSTHOG_HOST: server.url },
    });
    const [failing] = planVisits(300, 40).filter(({ status }) => status);
    const visits = await sendVisits(
      worker,
      failing ? [failing] : [],
      1,
      () => {},
    );
    await waitUntilSettled(worker, 35_000, () => {});
    const { errors } = tallyServer(
      emulator,
      visits,
      createSourceFinder(script),
    );
    assertEquals(errors.length, 1);
    const [, name = "", path = "", line = ""] =
      /^(\w+) at (\S+):(\d+)$/.exec(errors[0]?.place ?? "") ?? [];
    assertEquals(path, "examples/cloudflare-worker/src/index.ts");
    const source = (await Deno.readTextFile(fromRoot(path))).split("\n");
    assertMatch(source[Number(line) - 1] ?? "", /throw new RangeError/);
    assertEquals(name, "findProduct");
  },
);
