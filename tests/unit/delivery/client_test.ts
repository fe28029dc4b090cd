import { assertEquals } from "@std/assert";
import { createBench, createGate, LEASE_MS } from "./_bench.ts";

Deno.test("the client runs one drain at a time, and what comes meanwhile travels in its next batch (CAP-121, FLD-002)", async () => {
  const gate = createGate();
  const { sent, clock, capture, attempts } = createBench(
    () => attempts.length === 1 ? gate.promise : 200,
    { flushAt: 2 },
  );
  capture("ab");
  await clock.settle();
  capture("cdef");
  await clock.settle();
  assertEquals(sent(), ["ab"]);
  gate.resolve(200);
  await clock.settle();
  assertEquals(sent(), ["ab", "cdef"]);
});

Deno.test("flush() joins a running drain and tries nothing again that this retained (CAP-125, CAP-263, CAP-277)", async () => {
  const { sent, clock, capture, count, posthog } = createBench(() => 503, {
    flushAt: 1,
  });
  capture("a");
  await clock.settle();
  assertEquals(await count(posthog.flush()), [0, 0, 1]);
  assertEquals(sent(), ["a", "a", "a", "a"]);
});

Deno.test("flush() ends although captures go on (CAP-264)", async () => {
  const { capture, count, posthog, queued } = createBench(() => {
    capture("x");
    return 200;
  });
  capture("a");
  assertEquals(await count(posthog.flush()), [1, 0, 0]);
  assertEquals(queued(), "x");
});

Deno.test("flush() takes over what a vanished owner had leased (CAP-266)", async () => {
  const { abandon, sent, capture, count, posthog, ...bench } = createBench(
    () => bench.attempts.length === 1 ? "hang" : 200,
    { flushAt: 1 },
  );
  await abandon(() => capture("a"));
  assertEquals(await count(posthog.flush()), [1, 0, 0]);
  assertEquals(sent(), ["a", "a"]);
});

Deno.test("the client starts anew when the owner of a drain has vanished (CAP-266)", async () => {
  const { abandon, sent, clock, capture, posthog, ...bench } = createBench(
    () => bench.attempts.length === 1 ? "hang" : 200,
    { flushAt: 1 },
  );
  await abandon(() => capture("a"));
  await clock.advance(LEASE_MS - 1);
  capture("b");
  await clock.settle();
  assertEquals(sent(), ["a"]);
  await clock.advance(1);
  capture("c");
  await clock.settle();
  assertEquals([sent(), posthog.queueSize], [["a", "abc"], 0]);
});

Deno.test("batches leave in order, also after one that is refused for good (CAP-112, CAP-149)", async () => {
  const { sent, capture, count, posthog } = createBench(
    ({ names }) => names.startsWith("a") ? 400 : 200,
  );
  capture("a".repeat(100) + "b".repeat(150));
  assertEquals(await count(posthog.flush()), [150, 100, 0]);
  const batches = sent().map((names) => [names[0], names.length]);
  assertEquals(batches, [["a", 100], ["b", 100], ["b", 50]]);
});

Deno.test("shutdown() ends what it sends and reports the rest as lost, what a scope lets go of later included (CAP-272, CAP-274)", async () => {
  const { attempts, clock, capture, createScope, drops, errors, posthog } =
    createBench(() => "hang", { flushAt: 1 });
  const scope = createScope();
  scope.capture("c");
  capture("ab");
  const done = posthog.shutdown(1000);
  await clock.advance(1000);
  await done;
  const aborted = attempts.map(({ names, signal }) => [names, signal.aborted]);
  assertEquals(aborted, [["c", false], ["ab", true]]);
  await clock.advance(24_000);
  await Promise.all(scope.kept);
  assertEquals(drops.map(({ event, reason }) => [event, reason]), [
    ["a", "shutdown"],
    ["b", "shutdown"],
    ["c", "shutdown"],
  ]);
  const codes = errors.map(({ code }) => code);
  assertEquals(codes, ["shutdown_timeout", "shutdown_timeout"]);
  assertEquals(clock.pending, 0);
});

Deno.test("a drain that never ends is told of by parts, each no larger than the queue (CAP-296)", async () => {
  const { attempts, capture, clock, posthog, told } = createBench(
    ({ names }) => {
      if (attempts.length < 100) capture(names);
      return 200;
    },
    { flushAt: 1, maxQueueSize: 10 },
  );
  const toldMeanwhile: number[] = [];
  posthog.on("flush", () => void toldMeanwhile.push(attempts.length));
  capture("a");
  await clock.settle();
  assertEquals(told, Array.from({ length: 10 }, () => "a".repeat(10)));
  assertEquals(toldMeanwhile.slice(0, 3), [10, 20, 30]);
});
