import { assert, assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import { syncHasher } from "edgehog/sync-hash";
import v8 from "node:v8";
import vm from "node:vm";

/** The heap in use once garbage is collected, in MiB. */
function measureHeap(): number {
  v8.setFlagsFromString("--expose-gc");
  vm.runInNewContext("gc")();
  const { used_heap_size: used, external_memory: external } = v8
    .getHeapStatistics();
  return (used + external) / 2 ** 20;
}

const HALF = {
  flags: [{
    key: "half",
    active: true,
    filters: { groups: [{ properties: [], "rollout_percentage": 50 }] },
  }],
};

for (const isScopes of [false, true]) {
  const whose = isScopes ? "scopes" : "the client";
  Deno.test(`A hundred thousand visitors with ids of 1,000 two-byte letters leave 8 MiB at most on ${whose} (FLD-083)`, async () => {
    const { posthog } = createTestClient({ flags: HALF, hasher: syncHasher });
    // Their events are another matter.
    posthog.optOut();
    const visit = async (visitor: number) => {
      const id = `${visitor}`.padEnd(1000, "ж");
      const headers = { "x-posthog-distinct-id": id };
      const hog = isScopes ? posthog.forRequest({ headers }) : posthog;
      const flags = await hog.evaluateFlags(isScopes ? undefined : id, {
        onlyEvaluateLocally: true,
      });
      flags.isEnabled("half");
      flags.isEnabled(`${visitor}`.padEnd(1000, "ж"));
      return flags.distinctId;
    };
    assertEquals(await visit(0), "0".padEnd(1000, "ж"));
    // The engine's own table of the texts of numbers, which this test fills, grows once.
    assertEquals(Array.from({ length: 1000 }, (_, n) => `${n}`).length, 1000);
    const before = measureHeap();
    for (let visitor = 1; visitor <= 100_000; visitor++) await visit(visitor);
    const held = measureHeap() - before;
    assert(held <= 8, `${held} MiB are held`);
    assertEquals(posthog.isDisabled, false);
  });
}
