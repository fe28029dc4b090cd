import { assert, assertEquals } from "@std/assert";
import type { FetchLike } from "edgehog";
import {
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";

/** A request for events that has left, to be answered by the test. */
interface Sent {
  /** The names of its events, joined. */
  readonly names: string;
  readonly signal: AbortSignal;
  answer(status: number): void;
  fail(): void;
}

/** A client on a fake clock, whose requests are answered by hand. */
interface Bench extends TestClient {
  readonly sent: readonly Sent[];
  /** The events of each request so far. */
  names(): string[];
  capture(names: string): void;
  /** While it is true, waits that begin never end: the runtime froze whoever began them. */
  isFrozen: boolean;
}

function createBench(options: TestClientOptions = {}): Bench {
  const sent: Sent[] = [];
  const fetch: FetchLike = (_url, { body, signal }) => {
    const { batch } = JSON.parse(new TextDecoder().decode(body));
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    signal.addEventListener("abort", () => reject(signal.reason));
    sent.push({
      names: batch.map(({ event }: { event: string }) => event).join(""),
      signal,
      answer: (status) => resolve(Response.json({ status: 1 }, { status })),
      fail: () => reject(new TypeError("connection lost")),
    });
    return promise;
  };
  const client = createTestClient({
    fetch,
    retryJitter: 0,
    sleep: (ms, signal) =>
      bench.isFrozen ? new Promise(() => {}) : client.clock.sleep(ms, signal),
    ...options,
  });
  const bench: Bench = {
    ...client,
    sent,
    isFrozen: false,
    names: () => sent.map(({ names }) => names),
    capture(names) {
      for (const event of names) {
        client.posthog.capture({ distinctId: "user-1", event });
      }
    },
  };
  return bench;
}

/** An attempt's deadline and the longest wait: whoever is silent for longer is gone. */
const LEASE_MS = 40_000;

/** What a request that froze gets to see when it wakes up. */
const AWAKENINGS: readonly (readonly [
  name: string,
  wake: (sent: Sent) => void,
])[] = [
  ["success", ({ answer }) => answer(200)],
  ["a refusal", ({ answer }) => answer(400)],
  ["an outage", ({ answer }) => answer(503)],
  ["a lost connection", ({ fail }) => fail()],
];

for (const [name, wake] of AWAKENINGS) {
  Deno.test(`a drain that froze past its lease and wakes up to ${name} sends nothing beside its successor (CAP-266, CAP-121)`, async () => {
    const bench = createBench({ flushAt: 2, maxBatchSize: 1 });
    const { sent, clock, posthog } = bench;
    const settled: (string | undefined)[] = [];
    posthog.on("flush", (uuids) => void settled.push(...uuids));
    posthog.on("drop", ({ uuid }) => void settled.push(uuid));
    bench.isFrozen = true;
    bench.capture("ab");
    await clock.settle();
    bench.isFrozen = false;
    assertEquals(bench.names(), ["a"]);

    await clock.advance(LEASE_MS);
    bench.capture("c");
    await clock.settle();
    assertEquals(bench.names(), ["a", "a"], "the successor takes over");

    wake(sent[0] as Sent);
    await clock.settle();
    assertEquals(bench.names(), ["a", "a"], "b is the successor's");
    bench.capture("d");
    await clock.settle();
    assertEquals(bench.names(), ["a", "a"], "the successor still drains");

    for (let at = 1; at < 4; at++) {
      sent[at]?.answer(200);
      await clock.settle();
    }
    // What was captured after the successor had begun is left to the next trigger.
    assertEquals(bench.names(), ["a", "a", "b", "c"]);
    assertEquals(posthog.queueSize, 1);
    bench.capture("e");
    await clock.settle();
    sent[4]?.answer(200);
    await clock.settle();
    sent[5]?.answer(200);
    await clock.settle();
    assertEquals(bench.names().slice(4), ["d", "e"]);
    assertEquals([posthog.queueSize, clock.pending], [0, 0]);
    assertEquals([settled.length, new Set(settled).size], [5, 5]);
  });
}

Deno.test("a shutdown cuts short the newest 1,000 sends that are awaited; older ones end by their own deadlines (CAP-272, CAP-274)", async () => {
  const { posthog, sent, clock } = createBench({
    requestTimeout: 10_000,
    fetchRetryCount: 0,
  });
  const count = 1100;
  const captured = Array.from(
    { length: count },
    () => posthog.captureImmediate({ distinctId: "user-1", event: "e" }),
  );
  await clock.settle();
  assertEquals(sent.length, count);
  const listAborted = () =>
    sent.flatMap(({ signal }, index) => signal.aborted ? [index] : []);

  const done = posthog.shutdown(1000);
  await clock.advance(1000);
  await done;
  const aborted = listAborted();
  // The shutdown's own flush may count among them.
  assert([999, 1000].includes(aborted.length), `${aborted.length} aborted`);
  assertEquals(aborted[0], count - aborted.length);

  await clock.advance(9000);
  assertEquals(listAborted().length, count);
  assertEquals(new Set(await Promise.all(captured)).size, count);
  assertEquals(clock.pending, 0);
});
