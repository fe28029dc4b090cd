import { assertEquals } from "@std/assert";
import { ClientQueue } from "../../../src/transport/client_queue.ts";
import { ScopeQueue } from "../../../src/transport/scope_queue.ts";
import { createBench } from "./_delivery.ts";

/** Scopes of requests, some of which end without another word: their waits never end, their sends never settle. */
function createFixture() {
  const state = { isGone: false };
  const bench = createBench(() => state.isGone ? "hang" : 200);
  const clientQueue = new ClientQueue(bench.deps, bench.transport);
  const { clock, attempts } = bench;
  const createScope = () => {
    const kept: Promise<unknown>[] = [];
    const keepAlive = (promise: Promise<unknown>) => kept.push(promise) > 0;
    const queue = new ScopeQueue(clientQueue, keepAlive);
    const admit = (names: string) => {
      for (const name of names) {
        queue.admit("analytics", bench.createItem(name));
      }
    };
    return { queue, admit, kept };
  };
  /** A scope that is frozen as soon as its first batch is on its way. */
  const abandon = async (names: string) => {
    const { sleep } = clock;
    const scope = createScope();
    clock.sleep = () => new Promise(() => {});
    state.isGone = true;
    scope.admit(names);
    await clock.settle();
    clock.sleep = sleep;
    state.isGone = false;
    return scope;
  };
  const names = () => attempts.map((attempt) => attempt.names);
  return { ...bench, clientQueue, createScope, abandon, names };
}

Deno.test("what a request left behind travels with the drain of a later one (CAP-266, CAP-287)", async () => {
  const { abandon, clientQueue, clock, createScope, names } = createFixture();
  const gone = await abandon("ab");
  gone.admit("c");
  await clock.advance(29_999);
  const early = createScope();
  early.admit("x");
  await Promise.all(early.kept);
  assertEquals(names(), ["ab", "x"]);
  await clock.advance(1);
  const later = createScope();
  later.admit("y");
  await Promise.all(later.kept);
  assertEquals(names(), ["ab", "x", "y", "abc"]);
  assertEquals(clientQueue.items(), []);
});

Deno.test("what a request left behind goes with an explicit flush of the client (CAP-266)", async () => {
  const { abandon, clientQueue, clock } = createFixture();
  await abandon("ab");
  await clock.advance(30_000);
  assertEquals(await clientQueue.flush(), {
    delivered: 2,
    dropped: 0,
    retained: 0,
  });
});

Deno.test("what a request left behind counts as an admission, with the next capture (CAP-266)", async () => {
  const { abandon, attempts, clientQueue, clock, createItem } = createFixture();
  await abandon("x".repeat(19));
  await clock.advance(30_000);
  clientQueue.admit("analytics", createItem("last"));
  await clock.settle();
  assertEquals(attempts[1]?.batch.length, 20);
});

Deno.test("a scope that comes back to life sends nothing of what was taken over (CAP-266)", async () => {
  const { abandon, clientQueue, clock, createScope, names } = createFixture();
  const frozen = await abandon("a");
  await clock.advance(30_000);
  const later = createScope();
  later.admit("y");
  await Promise.all(later.kept);
  frozen.admit("b");
  await clock.settle();
  assertEquals(names(), ["a", "y", "a", "b"]);
  assertEquals(clientQueue.items(), []);
});

Deno.test("a scope that nobody took over from starts anew by itself, in order (CAP-266)", async () => {
  const { abandon, clock, names } = createFixture();
  const frozen = await abandon("ab");
  await clock.advance(29_999);
  frozen.admit("c");
  await clock.settle();
  assertEquals(names(), ["ab"]);
  await clock.advance(1);
  frozen.admit("d");
  await clock.settle();
  assertEquals(names().at(-1), "abcd");
});

Deno.test("a drain that is alive is never taken for gone (CAP-284)", async () => {
  const { attempts, clientQueue, clock, createScope } = createFixture();
  const scope = createScope();
  for (let second = 0; second < 120; second++) {
    scope.admit("a");
    await clock.advance(1000);
  }
  await Promise.all(scope.kept);
  assertEquals([attempts.length, clientQueue.items().length], [120, 0]);
});

Deno.test("a drain that ends after a new one has begun leaves that alone (CAP-266)", async () => {
  const gates = [0, 1].map(() => Promise.withResolvers<number>());
  const bench = createBench(() =>
    gates[bench.attempts.length - 1]?.promise ?? 200
  );
  const { attempts, clock, createItem, deps } = bench;
  const clientQueue = new ClientQueue(deps, bench.transport);
  const kept: Promise<unknown>[] = [];
  const keepAlive = (promise: Promise<unknown>) => kept.push(promise) > 0;
  const scope = new ScopeQueue(clientQueue, keepAlive);
  const { sleep } = clock;
  clock.sleep = () => new Promise(() => {});
  scope.admit("analytics", createItem("a"));
  await clock.settle();
  clock.sleep = sleep;
  await clock.advance(30_000);
  scope.admit("analytics", createItem("b"));
  await clock.settle();
  gates[0]?.resolve(200);
  await clock.settle();
  assertEquals(clientQueue.items(), []);
  gates[1]?.resolve(200);
  await Promise.all(kept);
  assertEquals(attempts.map(({ names }) => names), ["a", "ab"]);
});
