import type { Decision, Visits } from "./drive.ts";
import { SHOP_FLAGS, type ShopFlag } from "./flags.ts";
import type { WorkerCounts } from "./harness.ts";
import { countLost, countUnexplained, type ServerTally } from "./tally.ts";

/** Everything the report is made of. */
export interface DemoResult {
  readonly visits: Visits;
  readonly counts: WorkerCounts;
  /** What the emulator saw; undefined when another PostHog was talked to. */
  readonly server: ServerTally | undefined;
  readonly seconds: number;
}

/** Whether everything went as it should. */
export function isSuccess({ visits, counts, server }: DemoResult): boolean {
  return visits.failures.length === 0 && counts.pending === 0 &&
    counts.dropped === 0 &&
    countLost(server, counts) === 0 && countUnexplained(server) === 0;
}

/** Builds the report, a line each. */
export function buildReport(result: DemoResult): readonly string[] {
  const { visits, counts, server, seconds } = result;
  const { served, failures, decisions } = visits;
  const users = new Set(served.map(({ user }) => user)).size;
  return [
    "",
    title("Requests"),
    row(
      "served",
      served.length,
      `by ${users} users in ${seconds.toFixed(1)} s`,
    ),
    ...(failures.length > 0
      ? [row("failed", failures.length), ...failures.slice(0, 5).map(indent)]
      : []),
    "",
    ...buildFlags(decisions),
    ...(server ? buildServer(server) : []),
    title("Client"),
    row("captured", counts.captured),
    row("delivered", counts.delivered),
    ...(counts.dropped > 0 ? [row("dropped", counts.dropped)] : []),
    ...(counts.queued > 0 ? [row("still queued", counts.queued)] : []),
    ...(counts.pending > 0
      ? [row("promises not settled", counts.pending)]
      : []),
    ...counts.messages.slice(0, 8).map(indent),
    "",
    buildVerdict(result),
  ];
}

function buildServer(server: ServerTally): string[] {
  const { repeats, batches, retries } = server;
  return [
    title("Events accepted"),
    ...[...server.events]
      .sort((a, b) => b.captured - a.captured)
      .map(({ event, accepted, captured }) =>
        row(event, accepted, captured === accepted ? "" : `of ${captured}`)
      ),
    ...(repeats > 0
      ? [row("(arrived again)", repeats, "PostHog keeps one an uuid")]
      : []),
    "",
    title("Errors captured"),
    ...server.errors.flatMap(({ type, message, place, count }) => [
      row(type, count, message),
      indent(place),
    ]),
    "",
    title("Traffic to PostHog"),
    row(
      "batches",
      batches,
      `${
        (sum(server.events.map(({ accepted }) => accepted)) / batches).toFixed(
          1,
        )
      } events each`,
    ),
    row("retries", retries),
    row("flag definitions, full", server.definitionsFull),
    row("flag definitions, 304", server.definitionsUnchanged),
    row("/flags requests", server.flagRequests),
    "",
  ];
}

function buildFlags(decisions: readonly Decision[]): string[] {
  return SHOP_FLAGS.flatMap((
    flag,
  ) => [title(`Flag ${flag.key}`), ...buildShares(flag, decisions), ""]);
}

function buildShares(
  { key, shares }: ShopFlag,
  decisions: readonly Decision[],
): string[] {
  const own = decisions.filter(({ flag }) => flag === key);
  const values = new Set([
    ...Object.keys(shares),
    ...own.map(({ value }) => value),
  ]);
  return [...values].map((value) => {
    const users = own.filter((decision) => decision.value === value).length;
    const share = (users / Math.max(own.length, 1) * 100).toFixed(1);
    return row(
      value,
      users,
      `${share.padStart(5)} % of users, rollout ${shares[value] ?? 0} %`,
    );
  });
}

function buildVerdict({ visits, counts, server }: DemoResult): string {
  const unexplained = countUnexplained(server);
  const captured = server
    ? sum(server.events.map(({ captured }) => captured))
    : counts.captured;
  const extra = unexplained > 0 ? `, ${unexplained} that nobody captured` : "";
  return `${visits.served.length} requests, ${captured} events${extra}, lost ${
    countLost(server, counts)
  }`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function title(text: string): string {
  return `  ${text}`;
}

function row(name: string, count: number, remark = ""): string {
  return `    ${name.padEnd(24)}${String(count).padStart(6)}   ${remark}`
    .trimEnd();
}

function indent(text: string): string {
  return `      ${text}`;
}
