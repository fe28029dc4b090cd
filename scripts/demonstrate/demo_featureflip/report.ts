import type { FeatureflipEmulator } from "../../../src/dev/mod.ts";
import { DEMO_FLAGS } from "./flags.ts";
import type { ServerRun } from "./server.ts";
import type { Visits } from "./worker.ts";

/** Everything the report is made of. */
export interface DemoResult {
  readonly visits: Visits;
  /** What the emulator had of the Worker's when all was settled. */
  readonly traffic: Traffic;
  readonly server: ServerRun;
  readonly seconds: number;
}

/** What arrived. */
export interface Traffic {
  readonly loads: number;
  readonly streams: number;
  readonly batches: number;
  readonly events: Readonly<Record<string, number>>;
  readonly accepted: number;
}

/** Counts what the emulator has received so far. */
export function countTraffic(
  { requests, events }: FeatureflipEmulator,
): Traffic {
  const count = (path: string) =>
    requests.filter((request) => request.path === `/v1/sdk/${path}`).length;
  const kinds: Record<string, number> = {};
  for (const { type } of events) {
    kinds[String(type)] = (kinds[String(type)] ?? 0) + 1;
  }
  return {
    loads: count("flags"),
    streams: count("stream"),
    batches: count("events"),
    events: kinds,
    accepted: events.length,
  };
}

/** Whether everything went as it should. */
export function isSuccess({ visits, traffic, server }: DemoResult): boolean {
  return visits.failures.length === 0 &&
    traffic.accepted === visits.recorded && traffic.streams === 0 &&
    server.wrongReads === 0 && server.recovered;
}

/** Builds the report, a line each. */
export function buildReport(result: DemoResult): readonly string[] {
  const { visits, traffic, server, seconds } = result;
  const visitors = new Set(visits.answers.map(({ visitor }) => visitor)).size;
  const sorted = server.heardMs.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return [
    "",
    title("Requests"),
    row(
      "served",
      visits.served,
      `by ${visitors} visitors in ${seconds.toFixed(1)} s`,
    ),
    ...(visits.failures.length > 0
      ? [row("failed", visits.failures.length)]
      : []),
    ...visits.failures.slice(0, 5).map((failure) => `      ${failure}`),
    "",
    ...buildFlags(visits),
    title("Events accepted"),
    ...Object.entries(traffic.events).map(([kind, count]) => row(kind, count)),
    "",
    title("Traffic of the Worker"),
    row("flag loads", traffic.loads, "before the first answer"),
    row("event batches", traffic.batches, "under waitUntil"),
    row("streams", traffic.streams),
    "",
    title("A server beside it, by its stream"),
    row(
      "changes heard",
      server.heardMs.length,
      `after ${median.toFixed(1)} ms, ${sorted.at(-1)?.toFixed(1)} at most`,
    ),
    row("connections made again", server.reconnects, "after an outage"),
    row("wrong reads meanwhile", server.wrongReads),
    "",
    buildVerdict(result),
  ];
}

function buildFlags({ answers }: Visits): readonly string[] {
  return DEMO_FLAGS.flatMap(({ key, shares }) => {
    const own = answers.filter(({ flag }) => flag === key);
    const rows = Object.entries(shares).map(([value, share]) => {
      const count = own.filter((answer) => answer.value === value).length;
      const percent = (count / Math.max(own.length, 1) * 100).toFixed(1);
      return row(
        value,
        count,
        `${percent.padStart(5)} % of visitors, rollout ${share} %`,
      );
    });
    return [title(`Flag ${key}`), ...rows, ""];
  });
}

function buildVerdict({ visits, traffic, server }: DemoResult): string {
  const recovery = server.recovered ? "" : ", the server did not recover";
  const lost = visits.recorded - traffic.accepted;
  return `${visits.served} requests, ${visits.recorded} events, lost ${lost}${recovery}`;
}

function title(text: string): string {
  return `  ${text}`;
}

function row(name: string, count: number, remark = ""): string {
  return `    ${name.padEnd(24)}${String(count).padStart(6)}   ${remark}`
    .trimEnd();
}
