/**
 * What a captured event costs, beside two measures of the same run: copying and stringifying its properties once,
 * and posthog-node's own `capture`, which does neither before the flush. Nothing is sent while it runs.
 *
 * Then what capture and flush cost together, on Node and Deno, with a fetch function that answers at once: CPU of an
 * event, beside posthog-node's. By `--only capture` or `--only flush` one of the two.
 *
 * @module
 */
import { PostHog } from "edgehog";
import { setImmediate } from "node:timers";
import { do_not_optimize } from "mitata";
import { PostHog as PostHogNode } from "posthog-node";
import { say } from "../../tests/_kit/run.ts";
import { timeQuickestRound } from "./_quickest_round.ts";
import { measureFlushes } from "./start/flush_table.ts";

/** Captures of one measured turn; afterwards the event loop turns once, since posthog-node captures in promises. */
const CAPTURES_A_TURN = 100;

const SMALL = {
  plan: "pro",
  amount: 42.5,
  trial: false,
  url: "https://shop.example/checkout",
};

const LARGE = {
  ...SMALL,
  items: Array.from({ length: 20 }, (_, index) => ({
    sku: `sku-${index}`,
    name: `Product number ${index}`,
    price: index * 1.5,
    tags: ["new", "sale"],
  })),
  address: { city: "Köln", country: "DE", lines: ["Hauptstraße 1", "50667"] },
};

const respond = () => Promise.resolve(Response.json({ results: {} }));

type Properties = Record<string, unknown>;

/** Nanoseconds of one call. */
async function time(
  work: (properties: Properties) => unknown,
  properties: Properties,
): Promise<number> {
  const ns = await timeQuickestRound(async () => {
    for (let i = 0; i < CAPTURES_A_TURN; i++) work(properties);
    await new Promise((resolve) => setImmediate(resolve));
  });
  return ns / CAPTURES_A_TURN;
}

function createCaptures(): Record<string, (properties: Properties) => unknown> {
  const options = { disableSingletonWarning: true, testMode: true };
  const plain = new PostHog("phc_bench", options);
  const hooked = new PostHog("phc_bench", {
    ...options,
    beforeSend: (event) => event,
  });
  // Its smallest queue is `flushAt`; a full one gives up its oldest event, as ours is emptied below.
  const other = new PostHogNode("phc_bench", {
    flushAt: 10_000,
    maxQueueSize: 10_000,
    flushInterval: 2_000_000,
    fetch: respond,
  });
  const captureWith = (posthog: PostHog) => {
    let count = 0;
    return (properties: Properties) => {
      posthog.capture({ distinctId: "user-1", event: "paid", properties });
      if (++count % CAPTURES_A_TURN === 0) posthog.clearQueue();
    };
  };
  return {
    "edgehog": captureWith(plain),
    "edgehog, with a beforeSend": captureWith(hooked),
    "posthog-node": (properties) =>
      other.capture({ distinctId: "user-1", event: "paid", properties }),
  };
}

async function measureCaptures(): Promise<void> {
  const rows = [];
  for (const [size, properties] of Object.entries({ SMALL, LARGE })) {
    const idle = await time(() => {}, properties);
    const copy = (await time(
      (given) => do_not_optimize(JSON.stringify(structuredClone(given))),
      properties,
    )) - idle;
    for (const [name, capture] of Object.entries(createCaptures())) {
      const cost = (await time(capture, properties)) - idle;
      rows.push({
        size,
        capture: name,
        "µs": (cost / 1000).toFixed(2),
        "× copying and stringifying once": (cost / copy).toFixed(2),
      });
    }
  }
  // deno-lint-ignore no-console -- what this script is for
  console.table(rows);
}

/** Prints a table for each of the two, and of the second for each runtime. */
async function main(): Promise<void> {
  const [option, only] = Deno.args;
  const isWanted = (part: string) => option !== "--only" || only === part;
  if (isWanted("capture")) await measureCaptures();
  if (!isWanted("flush")) return;
  for (const runtime of ["node", "deno"] as const) {
    say(["", ...await measureFlushes(runtime)].join("\n"));
  }
}

if (import.meta.main) main().then(() => Deno.exit(0));
