/**
 * What becomes of events while PostHog fails, beside posthog-node in the same run: both with their defaults, against an
 * emulator each, in real time. Takes a minute.
 *
 * @module
 */
import { PostHog } from "edgehog";
import {
  createPostHogEmulator,
  type Fault,
  type FaultPolicy,
  type PostHogEmulator,
} from "edgehog/dev";
import { PostHog as PostHogNode } from "posthog-node";
import { say } from "../../tests/_kit/run.ts";

/** Events of a scenario, captured a few at a time for as long as it lasts. */
const EVENTS = 3_000;
const LASTS_MS = 25_000;
const STEP_MS = 50;

/** How long a client may take to send what is left. */
const SHUTDOWN_MS = 30_000;

interface Scenario {
  readonly name: string;
  /** Makes a policy that begins now. */
  createPolicy(): FaultPolicy;
}

const SCENARIOS: readonly Scenario[] = [
  { name: "nothing fails", createPolicy: () => () => undefined },
  {
    name:
      "every third request fails: 503, 429, a lost connection, a lost answer",
    createPolicy: () => {
      const faults: readonly Fault[] = [
        { status: 503 },
        { drop: "connection" },
        { status: 429, retryAfter: 1 },
        { drop: "answer" },
      ];
      let requests = 0;
      return () =>
        requests++ % 3 === 0 ? faults[requests % faults.length] : undefined;
    },
  },
  {
    name: "an outage of 20 s: 503 for everything",
    createPolicy: () => {
      const end = Date.now() + 20_000;
      return () => Date.now() < end ? { status: 503 } : undefined;
    },
  },
  {
    name: "an outage of 20 s: no connection",
    createPolicy: () => {
      const end = Date.now() + 20_000;
      return () => Date.now() < end ? { drop: "connection" } : undefined;
    },
  },
];

interface Client {
  capture(message: { distinctId: string; event: string }): unknown;
  shutdown(timeoutMs: number): Promise<unknown>;
}

/** The clients' own words about their requests, of which there are many here. */
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

const LIBRARIES: Readonly<
  Record<string, (fetch: PostHogEmulator["fetch"]) => Client>
> = {
  edgehog: (fetch) => new PostHog("phc_bench", { fetch, logger: QUIET }),
  "posthog-node": (fetch) =>
    new PostHogNode("phc_bench", {
      fetch: (url, { signal, ...options }) =>
        fetch(url, { ...options, signal: signal ?? null } as RequestInit),
    }),
};

/** Captures all events in a scenario, ends the client, and counts what has not arrived and what arrived again. */
async function measure(
  name: string,
  { createPolicy }: Scenario,
): Promise<string> {
  const emulator = createPostHogEmulator();
  const client = LIBRARIES[name]?.(emulator.fetch);
  if (client === undefined) throw new TypeError(`No library ${name}`);
  emulator.setFaultPolicy(createPolicy());
  const steps = LASTS_MS / STEP_MS;
  const begin = Date.now();
  let captured = 0;
  while (captured < EVENTS) {
    await sleep(STEP_MS);
    const due = Math.floor((Date.now() - begin) / STEP_MS) / steps * EVENTS;
    while (captured < Math.min(due, EVENTS)) {
      client.capture({ distinctId: `user-${captured++}`, event: "paid" });
    }
  }
  await client.shutdown(SHUTDOWN_MS);
  const uuids = new Set(emulator.events.map(({ uuid }) => uuid));
  const lost = EVENTS - uuids.size;
  return `${lost} lost, ${emulator.events.length - uuids.size} sent twice`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Prints a line for each scenario and library, all of them measured at once: they wait most of the time. */
async function main(): Promise<void> {
  say(`Of ${EVENTS} events captured in ${LASTS_MS / 1000} s:`);
  const rows = SCENARIOS.flatMap((scenario) =>
    Object.keys(LIBRARIES).map((library) => ({ scenario, library }))
  );
  const results = await Promise.all(
    rows.map(({ scenario, library }) => measure(library, scenario)),
  );
  for (const [index, { scenario, library }] of rows.entries()) {
    if (index % 2 === 0) say(`\n${scenario.name}`);
    say(`  ${library.padEnd(14)}${results[index]}`);
  }
}

if (import.meta.main) main();
