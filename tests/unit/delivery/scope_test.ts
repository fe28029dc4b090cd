import { assertEquals } from "@std/assert";
import { createBench, createGate } from "./_bench.ts";

Deno.test("a scope's drain against a hung server ends after 25 s and hands over (CAP-284)", async () => {
  const { attempts, clock, createScope, queued } = createBench(() => "hang");
  const { capture, kept } = createScope();
  capture("a");
  await clock.advance(24_999);
  assertEquals([attempts.length, queued()], [3, ""]);
  await clock.advance(1);
  await Promise.all(kept);
  // 10 s of silence, 1 s, 10 s, 2 s: the third attempt is under way when the time is up.
  assertEquals([queued(), attempts[2]?.signal.aborted], ["a", true]);
});

// With 1 the client takes up at once what the scope hands over, and its work is none of that flush's.
for (const flushAt of [1000, 1]) {
  Deno.test(`a scope's flush of a drain against a hung server ends with it, and tries nothing again, flushAt ${flushAt} (CAP-284, CAP-281)`, async () => {
    const { attempts, clock, count, createScope } = createBench(() => "hang", {
      flushAt,
    });
    const { capture, hog } = createScope();
    capture("abc");
    await clock.advance(10_000);
    let isOver = false;
    const flushed = hog.flush().finally(() => isOver = true);
    await clock.advance(15_000);
    const [wasOver, made] = [isOver, attempts.length];
    assertEquals(await count(flushed), [0, 0, 3]);
    assertEquals([wasOver, made], [true, flushAt === 1 ? 4 : 3]);
  });
}

Deno.test("a scope sends what is nobody's only after its own success, under the same promise (CAP-287)", async () => {
  let status = 503;
  const { capture, clock, createScope, queued, sent } = createBench(() =>
    status
  );
  capture("c");
  const first = createScope();
  first.capture("s");
  await clock.advance(10_000);
  assertEquals(sent(), ["s", "s", "s", "s"]);
  await clock.advance(30_000);
  status = 200;
  const second = createScope();
  second.capture("t");
  await Promise.all(second.kept);
  assertEquals([sent().slice(4), queued()], [["t", "cs"], ""]);
  assertEquals(second.kept.length, 1, "all under one promise");
});

Deno.test("a scope hands over as it was, in the order of capture (CAP-283, FLD-012)", async () => {
  const { attempts, capture, clock, createScope, posthog, ...bench } =
    createBench(() => 503, { maxQueueSize: 5 });
  const scope = createScope();
  scope.capture("st");
  await clock.advance(1);
  capture("cd");
  await clock.advance(10_000);
  await Promise.all(scope.kept);
  const { drops, errors, queued } = bench;
  assertEquals(queued(), "stcd");
  const texts = attempts[0]?.batch.map(({ text }) => JSON.parse(text));
  assertEquals(posthog.queuedEvents().slice(0, 2), texts);
  assertEquals([drops, errors.map(({ code }) => code)], [[], ["http"]]);
});

Deno.test("a client and its scopes share the limits of a lane (FLD-012)", async () => {
  const { capture, clock, createScope, drops, queued, warnings } = createBench(
    () => 503,
    { maxQueueSize: 4 },
  );
  capture("c");
  const [first, second] = [createScope(), createScope()];
  first.capture("st");
  await clock.settle();
  second.capture("uvw");
  // What is being sent stays, and what nobody sends makes room, the oldest first.
  assertEquals(drops.map(({ event, reason }) => [event, reason]), [
    ["c", "overflow"],
    ["u", "overflow"],
  ]);
  assertEquals(warnings().length, 1);
  await clock.advance(10_000);
  await Promise.all([...first.kept, ...second.kept]);
  assertEquals([...queued()].toSorted(), ["s", "t", "v", "w"]);
});

Deno.test("a scope's flush covers the scope alone, tells what became of it, and keeps nothing that was refused (CAP-261, CAP-283)", async () => {
  const { capture, count, createScope, queued } = createBench(() => 400);
  capture("c");
  const scope = createScope();
  assertEquals(await count(scope.hog.flush()), [0, 0, 0]);
  scope.capture("b");
  assertEquals(await count(scope.hog.flush()), [0, 1, 0]);
  assertEquals(queued(), "c");
});

Deno.test("a scope's flush leaves the sending to the drain under way, and does not try again what that retained (CAP-281, CAP-277)", async () => {
  const { clock, count, createScope, sent } = createBench(() => 503);
  const { capture, hog } = createScope();
  capture("a");
  const flushed = hog.flush();
  await clock.settle();
  capture("b");
  await clock.settle();
  const early = sent();
  assertEquals(await count(flushed, 25_000), [0, 0, 1]);
  assertEquals([early, sent()], [["a"], ["a", "a", "a", "a"]]);
});

Deno.test("a scope's flush that runs out leaves its events to the drain under way (CAP-265, CAP-281)", async () => {
  const gate = createGate();
  const { clock, count, createScope, queued, sent } = createBench(
    () => gate.promise,
    { flushAt: 1 },
  );
  const { capture, hog } = createScope();
  capture("a");
  await clock.settle();
  capture("b");
  assertEquals(await count(hog.flush(50), 50), [0, 0, 2]);
  assertEquals([sent(), queued()], [["a"], ""]);
  const flushed = hog.flush();
  gate.resolve(200);
  assertEquals(await count(flushed, 0), [2, 0, 0]);
  assertEquals(sent(), ["a", "b"]);
});

Deno.test("a scope's flush sends along what is nobody's, as the drain does (CAP-287)", async () => {
  const { capture, count, createScope, queued, sent } = createBench(() => 200);
  capture("c");
  const scope = createScope();
  scope.capture("s");
  assertEquals(await count(scope.hog.flush()), [1, 0, 0]);
  assertEquals([sent(), queued()], [["s", "c"], ""]);
});

Deno.test("a scope's flush(ms) hands over what is not delivered in time, and that counts as an admission (CAP-265, CAP-283)", async () => {
  const { count, createScope, queued, sent, ...bench } = createBench(
    () => bench.attempts.length < 3 ? "hang" : 200,
    { flushAt: 3 },
  );
  const { capture, hog } = createScope();
  capture("ab");
  assertEquals(await count(hog.flush(100), 100), [0, 0, 2]);
  assertEquals([sent(), queued()], [["ab"], "ab"]);
  capture("c");
  assertEquals(await count(hog.flush(100), 100), [0, 0, 1]);
  await bench.clock.settle();
  assertEquals([sent(), queued()], [["ab", "c", "abc"], ""]);
});

Deno.test("a scope's flush goes on although the client ends meanwhile (CAP-285)", async () => {
  const gate = createGate();
  const { clock, count, createScope, drops, posthog } = createBench(() =>
    gate.promise
  );
  const { capture, hog } = createScope();
  capture("a");
  const flushed = hog.flush();
  const done = posthog.shutdown(100);
  await clock.advance(100);
  await done;
  gate.resolve(200);
  assertEquals(await count(flushed, 0), [1, 0, 0]);
  assertEquals(drops, []);
});

Deno.test("what a scope's flush is sending is nobody's business but its own (CAP-285, FLD-012)", async () => {
  const gate = createGate();
  const { clock, count, createScope, posthog, sent } = createBench(() =>
    gate.promise
  );
  const { capture, hog } = createScope();
  capture("a");
  const flushed = hog.flush();
  await clock.advance(1000);
  const { queueSize } = posthog;
  posthog.clearQueue();
  capture("b");
  gate.resolve(200);
  assertEquals(await count(flushed, 0), [1, 0, 0]);
  await clock.settle();
  assertEquals([queueSize, sent()], [0, ["a", "b"]]);
});

Deno.test("a scope's drain ends without a gap: what is captured at any microtask of its end is sent (CAP-280, CAP-281)", async () => {
  for (let turns = 0; turns < 30; turns++) {
    const { clock, createScope, sent } = createBench(async ({ names }) => {
      if (names !== "a") return 200;
      const late = async () => {
        for (let turn = 0; turn < turns; turn++) await undefined;
        scope.capture("b");
      };
      void late();
      return await Promise.resolve(200);
    });
    const scope = createScope();
    scope.capture("a");
    await clock.settle();
    assertEquals(sent(), ["a", "b"], `after ${turns} microtasks`);
  }
});

Deno.test("a scope keeps what it captures although a listener that hears what made room looks at the queue (FLD-012)", async () => {
  const { capture, count, createScope, posthog, queued } = createBench(
    () => 200,
    { maxQueueSize: 2 },
  );
  let seen = 0;
  posthog.on("drop", () => void (seen += posthog.queueSize));
  capture("ab");
  const scope = createScope();
  scope.capture("s");
  assertEquals([seen, queued()], [1, "b"]);
  assertEquals(await count(scope.hog.flush()), [1, 0, 0]);
});
