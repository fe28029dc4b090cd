/**
 * The main job, end to end: the example Worker in workerd, its flags and events, and a PostHog emulator on
 * loopback. `deno task demo [--outage]`. Ends with status 0 when nothing was lost and no request failed.
 *
 * With `POSTHOG_API_KEY` and `POSTHOG_HOST` in the environment (and `POSTHOG_PERSONAL_API_KEY` for local
 * evaluation) the Worker talks to that PostHog instead, and the report is the client's own. With
 * `POSTHOG_CAPTURE_MODE=v0` the emulator is spoken to by the older protocol.
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  createPostHogEmulator,
  failFirstAttempts,
  type PostHogEmulator,
} from "../../src/dev/mod.ts";
import { bundle } from "../../tests/_kit/bundle.ts";
import { say } from "../../tests/_kit/run.ts";
import { createWorker } from "../../tests/_kit/workerd.ts";
import { serveEmulator } from "./_emulator_server.ts";
import { askHarness, sendVisits, waitUntilSettled } from "./demo/drive.ts";
import { DEFINITIONS } from "./demo/flags.ts";
import { createSourceFinder } from "./demo/frames.ts";
import { planVisits } from "./demo/plan.ts";
import { createProgress } from "./demo/progress.ts";
import { buildReport, type DemoResult, isSuccess } from "./demo/report.ts";
import { tallyServer } from "./demo/tally.ts";

const REQUESTS = 300;
const USERS = 40;
const AT_A_TIME = 8;
/** Workers cancel `waitUntil` work after 30 s. */
const SETTLE_LIMIT_MS = 35_000;

/** Variables that the Worker is given, in the form of the example's `wrangler.jsonc`. */
type Bindings = Readonly<Record<string, string>>;

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { outage: { type: "boolean", default: false } },
  });
  const live = readLiveBindings();
  if (live) {
    say(`The example Worker in workerd, talking to ${live["POSTHOG_HOST"]}`);
    if (values.outage) say("--outage needs the emulator and is ignored");
    return finish(await runDemo(live, undefined));
  }
  const emulator = createPostHogEmulator({ flags: DEFINITIONS });
  if (values.outage) {
    emulator.setFaultPolicy(failFirstAttempts(2, { status: 503 }));
  }
  await using server = await serveEmulator(emulator, 0);
  say(
    `The example Worker in workerd, talking to a PostHog emulator on ${server.url}`,
  );
  if (values.outage) {
    say("Outage: the first two tries of every batch are answered with 503");
  }
  const bindings = {
    "POSTHOG_CAPTURE_MODE": Deno.env.get("POSTHOG_CAPTURE_MODE") ?? "",
    "POSTHOG_API_KEY": "phc_demo",
    "POSTHOG_HOST": server.url,
    "POSTHOG_PERSONAL_API_KEY": "phx_demo",
  };
  return finish(await runDemo(bindings, emulator));
}

function readLiveBindings(): Bindings | undefined {
  const names = ["POSTHOG_API_KEY", "POSTHOG_HOST", "POSTHOG_PERSONAL_API_KEY"];
  const found = names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value ? [[name, value] as const] : [];
  });
  const bindings = Object.fromEntries(found);
  return bindings["POSTHOG_API_KEY"] && bindings["POSTHOG_HOST"]
    ? bindings
    : undefined;
}

async function runDemo(
  bindings: Bindings,
  emulator: PostHogEmulator | undefined,
): Promise<DemoResult> {
  const script = bundle("scripts/demonstrate/demo/harness.ts");
  await using worker = await createWorker({ script, bindings });
  const progress = createProgress();
  const start = performance.now();
  let isReloaded = false;
  const visits = await sendVisits(
    worker,
    planVisits(REQUESTS, USERS),
    AT_A_TIME,
    async (answered) => {
      progress.show("requests ", answered, REQUESTS);
      if (isReloaded || answered < REQUESTS / 2) return;
      isReloaded = true;
      await askHarness(worker, "reload");
    },
  );
  const counts = await waitUntilSettled(
    worker,
    SETTLE_LIMIT_MS,
    ({ delivered, captured }) => {
      progress.show("delivered", delivered, captured);
    },
  );
  progress.end();
  const seconds = (performance.now() - start) / 1000;
  return {
    visits,
    counts,
    server: emulator &&
      tallyServer(emulator, visits, createSourceFinder(script)),
    seconds,
  };
}

function finish(result: DemoResult): number {
  for (const line of buildReport(result)) say(line);
  return isSuccess(result) ? 0 : 1;
}

if (import.meta.main) main().then(Deno.exit);
