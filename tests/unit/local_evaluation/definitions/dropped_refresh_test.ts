import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import { onDroppingRuntime } from "../../delivery/_gone.ts";
import {
  createHarness,
  definitionsOf,
  flag,
  logged,
} from "../../flags/_helpers.ts";

const PATH = "/flags/definitions";

function createStale(options: Parameters<typeof createTestClient>[0] = {}) {
  const client = createTestClient({ flags: { f: "old" }, ...options });
  const { posthog, emulator, clock } = client;
  const filters = (key: string) => ({
    groups: [{}],
    multivariate: { variants: [{ key, rollout_percentage: 100 }] },
  });
  const goStale = async () => {
    await posthog.evaluateFlags("ada");
    await clock.advance(60_000);
    const flags = [{ key: "f", active: true, filters: filters("new") }];
    emulator.setFlags({ flags });
  };
  return { ...client, goStale };
}

Deno.test("A client without waitUntil awaits the refresh of stale definitions where unfinished work is dropped (FLD-080)", async () => {
  await onDroppingRuntime(async () => {
    const { posthog, goStale } = createStale();
    await goStale();
    assertEquals((await posthog.evaluateFlags("ada")).getFlag("f"), "new");
  });
});

Deno.test("A scope without waitUntil awaits it, too, and many of them make one request (FLD-080)", async () => {
  await onDroppingRuntime(async () => {
    const { posthog, emulator, goStale } = createStale();
    await goStale();
    const answers = await Promise.all(
      Array.from(
        { length: 20 },
        () => posthog.forRequest().evaluateFlags("ada"),
      ),
    );
    assertEquals([...new Set(answers.map((each) => each.getFlag("f")))], [
      "new",
    ]);
    assertEquals(
      emulator.requests.filter(({ path }) => path === PATH).length,
      2,
    );
  });
});

Deno.test("Where that refresh hangs, the stale definitions answer within the budget (FLD-080)", async () => {
  await onDroppingRuntime(async () => {
    const { posthog, emulator, clock, goStale } = createStale();
    await goStale();
    emulator.failNext({ path: PATH, delayMs: 60_000 });
    let value: unknown;
    posthog.evaluateFlags("ada").then((flags) => value = flags.getFlag("f"));
    await clock.advance(3000);
    assertEquals(value, "old");
    await clock.advance(60_000);
  });
});

Deno.test("Who has a waitUntil, or lives elsewhere, refreshes in the background (FLD-080)", async () => {
  const pending: Promise<unknown>[] = [];
  const waitUntil = (promise: Promise<unknown>) => void pending.push(promise);
  const readTwice = async (
    { posthog, clock, goStale }: ReturnType<typeof createStale>,
  ) => {
    await goStale();
    const first = (await posthog.evaluateFlags("ada")).getFlag("f");
    await clock.settle();
    return [first, (await posthog.evaluateFlags("ada")).getFlag("f")];
  };
  await onDroppingRuntime(async () => {
    assertEquals(await readTwice(createStale({ waitUntil })), ["old", "new"]);
  });
  assertEquals(await readTwice(createStale()), ["old", "new"]);
  await Promise.all(pending);
});

Deno.test("A refresh that was dropped with its request blocks for the request's timeout, and is warned of once (FLD-080)", async () => {
  await onDroppingRuntime(async () => {
    const on = definitionsOf([flag([{}])]);
    const harness = createHarness({ definitions: [on, { kind: "hang" }] });
    // The isolate stands still: nothing settles, not even at its deadline.
    const skip = async (ms: number) => {
      harness.clock.set(harness.clock.now() + ms);
      await harness.evaluateFlags("ada");
    };
    await harness.evaluateFlags("ada");
    await skip(30_000);
    await skip(9999);
    assertEquals([harness.requests.length, logged(harness, "warn")], [2, []]);
    await skip(1);
    await skip(10_000);
    assertEquals([harness.requests.length, logged(harness, "warn").length], [
      4,
      1,
    ]);
  });
});
