import { assertEquals } from "@std/assert";
import { ClientQueue } from "../../../src/transport/client_queue.ts";
import { ScopeQueue } from "../../../src/transport/scope_queue.ts";
import { type Answer, type Attempt, createBench } from "./_delivery.ts";

function createFixture(
  answer: (attempt: Attempt) => Answer | Promise<Answer>,
  queueLimits = { maxQueueSize: 1000, maxQueueBytes: 1_000_000 },
) {
  const bench = createBench(answer, queueLimits);
  const clientQueue = new ClientQueue(bench.deps, bench.transport);
  const createScope = () => {
    const kept: Promise<unknown>[] = [];
    const keepAlive = (promise: Promise<unknown>) => kept.push(promise) > 0;
    const queue = new ScopeQueue(clientQueue, keepAlive);
    const admit = (names: string) => {
      for (const name of names) {
        queue.admit("analytics", bench.createItem(name));
      }
    };
    return { kept, queue, admit };
  };
  return { ...bench, clientQueue, createScope };
}

Deno.test("ScopeQueue begins one microtask after the first admission (CAP-280)", async () => {
  const { attempts, createScope } = createFixture(() => 200);
  const { admit, kept } = createScope();
  admit("abc");
  assertEquals([attempts.length, kept.length], [0, 1]);
  await Promise.all(kept);
  assertEquals(attempts.map(({ names }) => names), ["abc"]);
});

Deno.test("ScopeQueue starts a new drain after the last has ended", async () => {
  const { attempts, createScope } = createFixture(() => 200);
  const { admit, kept } = createScope();
  admit("a");
  await Promise.all(kept);
  admit("b");
  await Promise.all(kept);
  assertEquals([attempts.map(({ names }) => names), kept.length], [
    ["a", "b"],
    2,
  ]);
});

Deno.test("ScopeQueue ends a drain against a hung server after 25 s and hands over (CAP-284)", async () => {
  const { attempts, clock, clientQueue, createScope } = createFixture(() =>
    "hang"
  );
  const { admit, kept } = createScope();
  admit("a");
  await clock.advance(25_000);
  await Promise.all(kept);
  assertEquals(clientQueue.items().map(({ event }) => event), ["a"]);
  // 10 s of silence, 1 s, 10 s, 2 s: the third attempt is under way when the time is up.
  assertEquals(attempts[2]?.signal.aborted, true);
});

Deno.test("ScopeQueue.flush() of a drain against a hung server ends with it, and tries nothing again (CAP-284, CAP-281)", async () => {
  const { clock, createScope } = createFixture(() => "hang");
  const { admit, kept, queue } = createScope();
  admit("abc");
  await clock.advance(10_000);
  const flushed = queue.flush();
  await clock.advance(15_000);
  assertEquals(await flushed, { delivered: 0, dropped: 0, retained: 3 });
  await Promise.all(kept);
});

Deno.test("ScopeQueue sends the client's events only after its own success (CAP-287)", async () => {
  let status = 503;
  const { attempts, clock, clientQueue, createItem, createScope } =
    createFixture(() => status);
  clientQueue.admit("analytics", createItem("c"));
  const first = createScope();
  first.admit("s");
  await clock.advance(10_000);
  assertEquals(attempts.every(({ names }) => names === "s"), true);
  await clock.advance(30_000);
  status = 200;
  attempts.length = 0;
  const second = createScope();
  second.admit("t");
  await Promise.all(second.kept);
  assertEquals(attempts.map(({ names }) => names), ["t", "cs"]);
  assertEquals(second.kept.length, 1, "all under one promise");
});

Deno.test("ScopeQueue hands over in order, behind the client's own (CAP-283)", async () => {
  const { clientQueue, clock, createItem, createScope, drops, errors } =
    createFixture(() => 503, { maxQueueSize: 4, maxQueueBytes: 1000 });
  const { admit, kept } = createScope();
  admit("st");
  for (const name of "cd") {
    clientQueue.admit("analytics", createItem(name));
  }
  await clock.advance(10_000);
  await Promise.all(kept);
  const items = clientQueue.items();
  assertEquals(items.map(({ event, text }) => [event, text]), [
    ["c", '"c"'],
    ["d", '"d"'],
    ["s", '"s"'],
    ["t", '"t"'],
  ]);
  assertEquals(items.map(({ uuid }) => uuid.at(-1)), ["3", "4", "1", "2"]);
  assertEquals([drops, errors.map(({ code }) => code)], [[], ["http"]]);
});

Deno.test("a client and its scopes share the limits of a lane (FLD-012)", async () => {
  const { clientQueue, clock, createItem, createScope, drops, warnings } =
    createFixture(() => 503, { maxQueueSize: 4, maxQueueBytes: 1000 });
  clientQueue.admit("analytics", createItem("c"));
  const [first, second] = [createScope(), createScope()];
  first.admit("st");
  await clock.settle();
  second.admit("uvw");
  // What is being sent stays, and what nobody sends makes room, the oldest first.
  assertEquals(drops.map(({ event, reason }) => [event, reason]), [
    ["c", "overflow"],
    ["u", "overflow"],
  ]);
  assertEquals(warnings.length, 1);
  await clock.advance(10_000);
  await Promise.all([...first.kept, ...second.kept]);
  const names = clientQueue.items().map(({ event }) => event);
  assertEquals(names.toSorted(), ["s", "t", "v", "w"]);
});

Deno.test("ScopeQueue does not hand over what was refused for good (CAP-283)", async () => {
  const { clientQueue, createScope } = createFixture(() => 400);
  const { admit, kept } = createScope();
  admit("a");
  await Promise.all(kept);
  assertEquals(clientQueue.items(), []);
});

Deno.test("ScopeQueue.flush() covers the scope alone, and tells what became of it", async () => {
  const { clientQueue, createItem, createScope } = createFixture(({ names }) =>
    names === "b" ? 400 : 200
  );
  clientQueue.admit("analytics", createItem("c"));
  const { admit, queue } = createScope();
  assertEquals(await queue.flush(), { delivered: 0, dropped: 0, retained: 0 });
  admit("b");
  assertEquals(await queue.flush(), { delivered: 0, dropped: 1, retained: 0 });
});

Deno.test("ScopeQueue.flush() leaves the sending to the drain under way, and does not try again what that retained (CAP-281, CAP-277)", async () => {
  const { attempts, clock, createScope } = createFixture(() => 503);
  const { admit, queue } = createScope();
  admit("a");
  const flushed = queue.flush();
  await clock.settle();
  admit("b");
  await clock.settle();
  assertEquals(attempts.map(({ names }) => names), ["a"]);
  await clock.advance(60_000);
  assertEquals(await flushed, { delivered: 0, dropped: 0, retained: 1 });
  assertEquals(attempts.map(({ names }) => names), ["a", "a", "a", "a"]);
});

Deno.test("ScopeQueue.flush() sends along what belongs to nobody, as the drain does (CAP-287)", async () => {
  const { attempts, clientQueue, createItem, createScope } = createFixture(() =>
    200
  );
  clientQueue.admit("analytics", createItem("c"));
  const { admit, queue } = createScope();
  admit("s");
  assertEquals(await queue.flush(), { delivered: 1, dropped: 0, retained: 0 });
  assertEquals(attempts.map(({ names }) => names), ["s", "c"]);
  assertEquals(clientQueue.items(), []);
});

Deno.test("ScopeQueue.flush(ms) hands over what is not delivered in time", async () => {
  const { clock, clientQueue, createScope } = createFixture(() => "hang");
  const { admit, queue } = createScope();
  admit("a");
  const flushed = queue.flush(100);
  await clock.advance(100);
  assertEquals(await flushed, { delivered: 0, dropped: 0, retained: 1 });
  await clock.settle();
  assertEquals(clientQueue.items().map(({ event }) => event), ["a"]);
});

Deno.test("ScopeQueue.flush() goes on although the client ends meanwhile (CAP-285)", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const { clock, clientQueue, createScope, drops } = createFixture(() =>
    promise
  );
  const { admit, queue } = createScope();
  admit("a");
  const flushed = queue.flush();
  await clock.settle();
  clientQueue.close();
  resolve(200);
  assertEquals(await flushed, { delivered: 1, dropped: 0, retained: 0 });
  assertEquals(drops, []);
});

Deno.test("what a scope's flush could not deliver counts as an admission of the client's (CAP-283)", async () => {
  const { attempts, clock, createScope } = createFixture(() =>
    attempts.length === 1 ? "hang" : 200
  );
  const { admit, queue } = createScope();
  admit("a".repeat(20));
  const flushed = queue.flush(100);
  await clock.advance(100);
  assertEquals((await flushed).retained, 20);
  await clock.settle();
  assertEquals(attempts.map(({ names }) => names.length), [20, 20]);
});

Deno.test("ScopeQueue ends without a gap: what is admitted as a drain ends is sent too", async () => {
  const { attempts, clock, createScope } = createFixture(({ names }) => {
    if (names === "a") queueMicrotask(() => scope.admit("b"));
    return 200;
  });
  const scope = createScope();
  scope.admit("a");
  await clock.advance(0);
  await Promise.all(scope.kept);
  assertEquals(attempts.map(({ names }) => names), ["a", "b"]);
});
