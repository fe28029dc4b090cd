import { assertEquals } from "@std/assert";
import {
  type Answer,
  type Bench,
  createBench,
  createGate,
  LEASE_MS,
} from "./_bench.ts";

/** What a request that froze gets to see when it wakes up. */
const AWAKENINGS: readonly (readonly [name: string, answer: Answer])[] = [
  ["success", 200],
  ["a refusal", 400],
  ["an outage", 503],
  ["a lost connection", new TypeError("connection lost")],
];

for (const [name, answer] of AWAKENINGS) {
  Deno.test(`a drain that froze past its lease and wakes up to ${name} sends nothing beside its successor (CAP-266, CAP-121)`, async () => {
    const gates = [createGate(), createGate(), createGate(), createGate()];
    const bench = createBench(
      () => gates[bench.attempts.length - 1]?.promise ?? 200,
      { flushAt: 2, maxBatchSize: 1 },
    );
    const { abandon, capture, clock, drops, posthog, sent, told } = bench;
    await abandon(() => capture("ab"));
    assertEquals(sent(), ["a"]);

    await clock.advance(LEASE_MS);
    capture("c");
    await clock.settle();
    assertEquals(sent(), ["a", "a"], "the successor takes over");

    gates[0]?.resolve(answer);
    await clock.settle();
    assertEquals(sent(), ["a", "a"], "b is the successor's");
    capture("d");
    await clock.settle();
    assertEquals(sent(), ["a", "a"], "the successor still drains");

    for (const gate of gates) {
      gate.resolve(200);
      await clock.settle();
    }
    assertEquals(sent(), ["a", "a", "b", "c", "d"]);
    assertEquals([posthog.queueSize, drops, clock.pending], [
      0,
      answer === 400 ? drops : [],
      0,
    ]);
    const settled = told.join("") + drops.map(({ event }) => event).join("");
    assertEquals([...settled].toSorted().join(""), "abcd");
  });
}

Deno.test("a shutdown cuts short every send that is awaited (CAP-272, CAP-274)", async () => {
  const { attempts, clock, posthog, sendNow } = createBench(() => "hang");
  const sending = Array.from({ length: 1100 }, () => sendNow("e"));
  await clock.settle();
  const done = posthog.shutdown(1000);
  await clock.advance(1000);
  await done;
  assertEquals(attempts.length, 1100);
  assertEquals(attempts.filter(({ signal }) => !signal.aborted), []);
  assertEquals(new Set(await Promise.all(sending)).size, 1100);
  assertEquals(clock.pending, 0);
});

/** A client whose server never answers those that are abandoned. */
function createFixture(options = {}) {
  const bench: Bench = createBench(() => bench.isGone ? "hang" : 200, options);
  /** A scope that is gone as soon as its first batch is on its way. */
  const abandonScope = (names: string) => {
    const scope = bench.createScope();
    return bench.abandon(() => {
      scope.capture(names);
      return scope;
    });
  };
  return { ...bench, abandonScope };
}

Deno.test("what a request left behind travels with the drain of a later one (CAP-266, CAP-287)", async () => {
  const { abandonScope, clock, createScope, queued, sent } = createFixture();
  const gone = await abandonScope("ab");
  gone.capture("c");
  await clock.advance(LEASE_MS - 1);
  const early = createScope();
  early.capture("x");
  await Promise.all(early.kept);
  assertEquals(sent(), ["ab", "x"]);
  await clock.advance(250);
  const later = createScope();
  later.capture("y");
  await Promise.all(later.kept);
  assertEquals([sent(), queued()], [["ab", "x", "y", "abc"], ""]);
});

Deno.test("what a request left behind goes with an explicit flush of the client (CAP-266)", async () => {
  const { abandonScope, clock, count, posthog } = createFixture();
  await abandonScope("ab");
  await clock.advance(LEASE_MS);
  assertEquals(await count(posthog.flush()), [2, 0, 0]);
});

Deno.test("what a request left behind counts as an admission, with the next capture (CAP-266)", async () => {
  const { abandonScope, capture, clock, sent } = createFixture({ flushAt: 3 });
  await abandonScope("ab");
  await clock.advance(LEASE_MS);
  capture("c");
  await clock.settle();
  assertEquals(sent(), ["ab", "abc"]);
});

Deno.test("a scope that comes back to life sends nothing of what was taken over (CAP-266)", async () => {
  const { abandonScope, clock, createScope, queued, sent } = createFixture();
  const frozen = await abandonScope("a");
  await clock.advance(LEASE_MS);
  const later = createScope();
  later.capture("y");
  await Promise.all(later.kept);
  frozen.capture("b");
  await clock.settle();
  assertEquals([sent(), queued()], [["a", "y", "a", "b"], ""]);
});

Deno.test("a scope that nobody took over from starts anew by itself, in order (CAP-266)", async () => {
  const { abandonScope, clock, sent } = createFixture();
  const frozen = await abandonScope("ab");
  await clock.advance(LEASE_MS - 1);
  frozen.capture("c");
  await clock.settle();
  assertEquals(sent(), ["ab"]);
  await clock.advance(1);
  frozen.capture("d");
  await clock.settle();
  assertEquals(sent(), ["ab", "abcd"]);
});

Deno.test("a drain that is alive is never taken for gone (CAP-284)", async () => {
  const { attempts, clock, createScope, queued } = createFixture();
  const scope = createScope();
  for (let second = 0; second < 120; second++) {
    scope.capture("a");
    await clock.advance(1000);
  }
  await Promise.all(scope.kept);
  assertEquals([attempts.length, queued()], [120, ""]);
});

Deno.test("a drain that ends after a new one has begun leaves that alone (CAP-266)", async () => {
  const gates = [createGate(), createGate()];
  const bench = createBench(() =>
    gates[bench.attempts.length - 1]?.promise ?? 200
  );
  const { abandon, clock, createScope, queued, sent } = bench;
  const scope = createScope();
  await abandon(() => scope.capture("a"));
  await clock.advance(LEASE_MS);
  scope.capture("b");
  await clock.settle();
  gates[0]?.resolve(200);
  await clock.settle();
  assertEquals(queued(), "", "b is the scope's");
  gates[1]?.resolve(200);
  await Promise.all(scope.kept);
  assertEquals([sent(), queued()], [["a", "ab"], ""]);
});

Deno.test("a lease lives as long as its owner is heard of, however long it retries (CAP-266)", async () => {
  const { attempts, capture, clock, count, posthog } = createBench(
    () => "hang",
    { flushAt: 1 },
  );
  capture("a");
  // The last attempt begins after 37 s, and the lease of the first would have ended after 40.
  await clock.advance(45_000);
  const flushed = posthog.flush();
  await clock.advance(1999);
  assertEquals(attempts.length, 4);
  assertEquals(await count(flushed), [0, 0, 1]);
  assertEquals(attempts.length, 4);
});
