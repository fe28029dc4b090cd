/**
 * Featureflip in both kinds of process: the example Worker in workerd, which loads flags as they are read, and a client of
 * this process, which hears of changes by its stream; both against an emulator on loopback. `deno task demo:featureflip`.
 * Ends with status 0 when nothing was lost and nothing was read wrong.
 *
 * @module
 */
import { createFeatureflipEmulator } from "../../src/dev/mod.ts";
import { say } from "../../tests/_kit/run.ts";
import { createWorker } from "../../tests/_kit/workerd.ts";
import { serveEmulator } from "../cli/serve_emulator.ts";
import { createProgress } from "./demo/progress.ts";
import { DEFINITIONS } from "./demo_featureflip/flags.ts";
import {
  buildReport,
  countTraffic,
  isSuccess,
} from "./demo_featureflip/report.ts";
import { runServer } from "./demo_featureflip/server.ts";
import { sendVisits } from "./demo_featureflip/worker.ts";

const REQUESTS = 300;
const VISITORS = 40;
const AT_A_TIME = 8;

/** What a Worker hands to `waitUntil` has so long. */
const SETTLE_LIMIT_MS = 30_000;

async function main(): Promise<number> {
  const emulator = createFeatureflipEmulator({ flags: DEFINITIONS });
  await using served = await serveEmulator(emulator, 0);
  say(
    `The example Worker in workerd, talking to a Featureflip emulator on ${served.url}`,
  );
  await using worker = await createWorker({
    entry: "examples/featureflip-worker/src/index.ts",
    bindings: {
      "FEATUREFLIP_SDK_KEY": "sdk-demo",
      "FEATUREFLIP_BASE_URL": served.url,
    },
  });
  const progress = createProgress();
  const start = performance.now();
  const visits = await sendVisits(worker, {
    requests: REQUESTS,
    visitors: VISITORS,
    atATime: AT_A_TIME,
    onProgress: (done) => progress.show("requests ", done, REQUESTS),
  });
  const end = performance.now() + SETTLE_LIMIT_MS;
  while (
    emulator.events.length < visits.recorded && performance.now() < end
  ) {
    progress.show("delivered", emulator.events.length, visits.recorded);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const seconds = (performance.now() - start) / 1000;
  const traffic = countTraffic(emulator);
  progress.show("delivered", traffic.accepted, visits.recorded);
  const server = await runServer(emulator, served.url);
  progress.end();
  const result = { visits, traffic, server, seconds };
  for (const line of buildReport(result)) say(line);
  return isSuccess(result) ? 0 : 1;
}

if (import.meta.main) main().then(Deno.exit);
