import process from "node:process";
import { PostHog as PostHogNode } from "posthog-node";
import { divide, median } from "./figures.ts";
import { buildMessage, type Library, respond } from "./samples.ts";

/** Events that are captured one after another, and then flushed. */
const EVENTS = 3_000;

/** Events in one request at most: the default of both. */
const MAX_BATCH_SIZE = 100;

/** Rounds in which both have a turn, behind some that compile. */
const ROUNDS = 9;
const WARM_UP_ROUNDS = 2;

/** What capture and flush of one kind of event took. */
export interface FlushFigure {
  readonly name: string;
  /** CPU of one event in µs, all threads together: medians. */
  readonly µs: number;
  readonly otherµs: number;
  /** The median of the rounds' ratios. */
  readonly share: number;
}

type Properties = Readonly<Record<string, unknown>>;

const SMALL: Properties = buildMessage().properties;

/** Fifty properties of the kinds that events have. */
const LARGE: Properties = Object.fromEntries(
  Array.from({ length: 50 }, (_, index) => [
    `property_${index}`,
    [`value number ${index}`, index * 1.5, index % 2 === 0, {
      sku: `sku-${index}`,
      tags: ["new", "sale"],
    }][index % 4],
  ]),
);

interface Client {
  capture(message: {
    readonly distinctId: string;
    readonly event: string;
    readonly properties: Record<string, unknown>;
  }): unknown;
  flush(): Promise<unknown>;
}

async function measureTurn(
  client: Client,
  properties: Properties,
): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < EVENTS; index++) {
    client.capture({
      distinctId: "user-1",
      event: "paid",
      properties: { ...properties },
    });
  }
  await client.flush();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / EVENTS;
}

async function measure(
  { PostHog }: Library,
  name: string,
  properties: Properties,
  codec: "plain" | "gzip",
): Promise<FlushFigure> {
  let requests = 0;
  // Each body is there as a whole when the fetch function is called; nobody reads it.
  const fetch = () => (requests++, respond());
  const options = { disableCompression: codec === "plain", fetch };
  const clients: readonly Client[] = [
    new PostHog("phc_bench", { ...options, disableSingletonWarning: true }),
    new PostHogNode("phc_bench", options),
  ];
  const samples: number[][] = [[], []];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const [index, client] of clients.entries()) {
      requests = 0;
      const µs = await measureTurn(client, properties);
      if (requests < EVENTS / MAX_BATCH_SIZE) throw new Error("Too few sends");
      if (round >= 0) samples[index]?.push(µs);
    }
  }
  const [own = [], other = []] = samples;
  return {
    name,
    µs: median(own),
    otherµs: median(other),
    share: divide(own, other),
  };
}

/** Measures in a process of its own, and prints the figures as one line of JSON. */
export async function main(library: Library): Promise<void> {
  const figures: FlushFigure[] = [];
  for (
    const [size, properties] of Object.entries({
      small: SMALL,
      "50 properties": LARGE,
    })
  ) {
    for (const codec of ["plain", "gzip"] as const) {
      figures.push(
        await measure(library, `${size}, ${codec}`, properties, codec),
      );
    }
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit());
}
