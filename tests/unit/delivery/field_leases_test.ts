import { assertEquals } from "@std/assert";
import type { PostHog } from "edgehog";
import { createTestClient } from "edgehog/testing";
import { createStoppableClient, onDroppingRuntime } from "./_gone.ts";

const distinctId = "user-1";

function capture(posthog: Pick<PostHog, "capture">, names: string): void {
  for (const event of names) posthog.capture({ event, distinctId });
}

/** A client whose first request is stopped in the middle of its drain. */
async function leaveBehind(
  names: string,
  options: Parameters<typeof createStoppableClient>[0] = {},
) {
  const client = createStoppableClient(options);
  client.state.isGone = true;
  capture(client.posthog, names);
  await client.clock.settle();
  client.state.isGone = false;
  assertEquals(client.batches, [names]);
  return client;
}

Deno.test("a drain that was silent for a second is dead: the next capture starts another, which takes its events along (FLD-001, FLD-003)", () =>
  onDroppingRuntime(async () => {
    const kept: Promise<unknown>[] = [];
    const { posthog, clock, batches } = await leaveBehind("a", {
      waitUntil: (promise) => void kept.push(promise),
    });
    await clock.advance(999);
    capture(posthog, "b");
    await clock.settle();
    assertEquals([kept.length, batches], [1, ["a"]]);
    await clock.advance(1);
    capture(posthog, "c");
    assertEquals(kept.length, 2);
    await kept[1];
    assertEquals([batches, posthog.queueSize], [["a", "abc"], 0]);
  }));

Deno.test("a drain that runs renews its lease, so that nobody takes its events over (FLD-003)", () =>
  onDroppingRuntime(async () => {
    const { posthog, clock, batches, emulator } = createStoppableClient();
    emulator.setFaultPolicy(() => ({ delayMs: 9000 }));
    capture(posthog, "a");
    await clock.advance(8000);
    capture(posthog, "b");
    let isOver = false;
    const flushed = posthog.flush().finally(() => isOver = true);
    await clock.advance(999);
    assertEquals([emulator.events.length, isOver], [0, false]);
    await clock.advance(20_000);
    assertEquals([(await flushed).delivered, clock.pending], [2, 0]);
    assertEquals(batches, ["a", "b"]);
  }));

Deno.test("a drain that waits before another attempt renews its lease too (FLD-003)", () =>
  onDroppingRuntime(async () => {
    const { posthog, clock, batches, emulator } = createStoppableClient();
    emulator.failNext({ status: 503, retryAfter: 20 });
    capture(posthog, "a");
    await clock.advance(19_999);
    capture(posthog, "b");
    await clock.settle();
    assertEquals(batches, ["a"]);
    await clock.advance(1000);
    assertEquals([batches, posthog.queueSize, clock.pending], [
      ["a", "a", "b"],
      0,
      0,
    ]);
  }));

Deno.test("flush() waits for a dead drain no longer than its second, and takes its events over (FLD-003)", () =>
  onDroppingRuntime(async () => {
    const { posthog, clock, batches } = await leaveBehind("ab");
    await clock.advance(400);
    const flushed = posthog.flush();
    await clock.advance(599);
    assertEquals(batches, ["ab"]);
    await clock.advance(1);
    await clock.settle();
    assertEquals(batches, ["ab", "ab"]);
    assertEquals(await flushed, { delivered: 2, dropped: 0, retained: 0 });
    const again = await posthog.flush();
    assertEquals(again, { delivered: 0, dropped: 0, retained: 0 });
  }));

Deno.test("flush() of a drain that died long ago waits for nothing (FLD-003)", () =>
  onDroppingRuntime(async () => {
    const { posthog, clock } = await leaveBehind("ab");
    await clock.advance(1000);
    const began = clock.now();
    assertEquals((await posthog.flush()).delivered, 2);
    assertEquals(clock.now(), began);
  }));

Deno.test("a scope that met a healthy server takes along what a dead drain left, once its lease is over (FLD-003)", () =>
  onDroppingRuntime(async () => {
    const { posthog, clock, batches, emulator } = await leaveBehind("ab");
    const visit = async (event: string) => {
      const kept: Promise<unknown>[] = [];
      const waitUntil = (promise: Promise<unknown>) => void kept.push(promise);
      posthog.forRequest(undefined, { waitUntil }, { distinctId })
        .capture({ event });
      await Promise.all(kept);
    };
    await visit("x");
    assertEquals(batches, ["ab", "x"]);
    await clock.advance(1000);
    emulator.failNext({ status: 400 });
    await visit("y");
    assertEquals(batches, ["ab", "x", "y"]);
    await visit("z");
    assertEquals(batches, ["ab", "x", "y", "z", "ab"]);
    assertEquals(posthog.queueSize, 0);
  }));

Deno.test("what fifty requests left travels with one (FLD-003)", () =>
  onDroppingRuntime(async () => {
    const client = createStoppableClient();
    const { posthog, clock, emulator, state } = client;
    state.isGone = true;
    for (let i = 0; i < 50; i++) {
      capture(posthog, "g");
      await clock.advance(20);
    }
    state.isGone = false;
    await clock.advance(1000);
    const kept: Promise<unknown>[] = [];
    const waitUntil = (promise: Promise<unknown>) => void kept.push(promise);
    posthog.forRequest(undefined, { waitUntil }, { distinctId })
      .capture({ event: "k" });
    await Promise.all(kept);
    assertEquals([emulator.events.length, posthog.queueSize], [51, 0]);
  }));

Deno.test("where requests are not stopped a lease lasts as long as an attempt and a wait, and no timer runs for it (FLD-003)", async () => {
  const { posthog, clock, batches } = await leaveBehind("a");
  assertEquals(clock.pending, 0);
  await clock.advance(10_000);
  capture(posthog, "b");
  await clock.settle();
  assertEquals(batches, ["a"]);
});

const REMEDIES =
  /^Events may be lost .*'forRequest\(request, ctx\)'.*'waitUntil'.*cloudflare:workers.*@vercel\/functions.*after/;

const WAYS: [
  name: string,
  use: (posthog: PostHog) => void,
  warnings: number,
][] = [
  ["a capture on the client", (posthog) => capture(posthog, "a"), 1],
  [
    "a capture on a scope without a ctx",
    (posthog) =>
      void posthog.forRequest(undefined, undefined, { distinctId })
        .capture({ event: "a" }),
    1,
  ],
  [
    "a scope within a scope without a ctx",
    (posthog) =>
      posthog.forRequest(undefined, undefined, { distinctId })
        .withContext({}, (inner) => void inner.capture({ event: "a" })),
    1,
  ],
  [
    "a hundred captures",
    (posthog) => {
      for (let i = 0; i < 50; i++) {
        capture(posthog, "a");
        posthog.forRequest(undefined, undefined, { distinctId })
          .capture({ event: "b" });
      }
    },
    1,
  ],
  [
    "a scope with a ctx",
    (posthog) =>
      void posthog.forRequest(undefined, { waitUntil() {} }, { distinctId })
        .capture({ event: "a" }),
    0,
  ],
  ["no capture at all", (posthog) => void posthog.forRequest(), 0],
];

for (const [name, use, warnings] of WAYS) {
  Deno.test(`where requests are stopped, ${name} gives ${warnings} warning of both remedies (FLD-004)`, () =>
    onDroppingRuntime(async () => {
      const client = createStoppableClient();
      use(client.posthog);
      await client.clock.settle();
      const found = client.warnings.filter((text) => REMEDIES.test(text));
      assertEquals([client.warnings.length, found.length], [
        warnings,
        warnings,
      ]);
    }));

  Deno.test(`elsewhere ${name} gives no warning (FLD-004)`, async () => {
    const client = createStoppableClient();
    use(client.posthog);
    await client.clock.settle();
    assertEquals(client.warnings, []);
  });
}

Deno.test("a client with a waitUntil is not warned, and neither are its scopes (FLD-004)", () =>
  onDroppingRuntime(async () => {
    const client = createStoppableClient({ waitUntil() {} });
    for (const [, use] of WAYS) use(client.posthog);
    await client.clock.settle();
    assertEquals(client.warnings, []);
  }));

Deno.test("workerd is known by navigator.userAgent (FLD-004)", async () => {
  const own = Object.getOwnPropertyDescriptor(navigator, "userAgent");
  Object.defineProperty(navigator, "userAgent", {
    value: "Cloudflare-Workers",
    configurable: true,
  });
  try {
    const { posthog, clock, logs } = createTestClient();
    capture(posthog, "a");
    await clock.settle();
    assertEquals(logs.map(({ level }) => level), ["warn"]);
  } finally {
    if (own) Object.defineProperty(navigator, "userAgent", own);
    else delete (navigator as { userAgent?: string }).userAgent;
  }
});
