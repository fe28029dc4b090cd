/**
 * The main job, end to end: the example Worker in workerd, its flags and events, and a PostHog emulator on
 * loopback. `deno task demo [--outage] [--page]`. Ends with status 0 when nothing was lost and no request failed; with
 * `--page` it then goes on, with the emulator's page and the shop to look at, until Ctrl+C.
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
import { createEmulatorPage } from "../../src/dev/page/mod.ts";
import { bundle } from "../../tests/_kit/bundle.ts";
import { say } from "../../tests/_kit/run.ts";
import { createWorker, type Worker } from "../../tests/_kit/workerd.ts";
import { serveEmulator } from "../cli/serve_emulator.ts";
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
    options: {
      outage: { type: "boolean", default: false },
      page: { type: "boolean", default: false },
    },
  });
  const live = readLiveBindings();
  if (live) {
    say(`The example Worker in workerd, talking to ${live["POSTHOG_HOST"]}`);
    for (const option of ["outage", "page"] as const) {
      if (values[option]) say(`--${option} needs the emulator and is ignored`);
    }
    return await runDemo(live, undefined);
  }
  const emulator = createPostHogEmulator({ flags: DEFINITIONS });
  if (values.outage) {
    emulator.setFaultPolicy(failFirstAttempts(2, { status: 503 }));
  }
  const { fetch } = values.page ? createEmulatorPage(emulator) : emulator;
  await using server = await serveEmulator({ fetch }, 0);
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
  if (values.page) say(`The emulator's page: ${server.url}/`);
  const goOn = (worker: Worker) => showPage(worker, emulator, server.url);
  return await runDemo(bindings, emulator, values.page ? goOn : undefined);
}

/** The shop goes on answering, and hears of each change of a flag as by PostHog's webhook. */
async function showPage(
  worker: Worker,
  emulator: PostHogEmulator,
  url: string,
): Promise<void> {
  emulator.subscribe(({ kind }) => {
    if (kind !== "flags") return;
    askHarness(worker, "reload").catch((error) => say(String(error)));
  });
  say(`The emulator's page: ${url}/
The shop: ${worker.url.href}
Edit a flag there, and the shop's next answer has it. Ctrl+C ends both.`);
  await new Promise<void>((resolve) =>
    Deno.addSignalListener("SIGINT", () => resolve())
  );
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
  goOn?: (worker: Worker) => Promise<void>,
): Promise<number> {
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
  const server = emulator &&
    tallyServer(emulator, visits, createSourceFinder(script));
  const result: DemoResult = { visits, counts, server, seconds };
  for (const line of buildReport(result)) say(line);
  await goOn?.(worker);
  return isSuccess(result) ? 0 : 1;
}

if (import.meta.main) main().then(Deno.exit);
