import { assertEquals } from "@std/assert";
import { workerTest } from "../../_kit/workerd.ts";
import { createCacheFleet } from "./_cache_fleet.ts";

const LOCAL_HELLO = { value: "hello", source: "local" };
const FULL = "/flags/definitions 200";
const CONDITIONAL = "/flags/definitions conditional";

workerTest(
  "a cold start from a warm Cache API asks PostHog for nothing, with a key or without (FLG-032, FLG-038)",
  async () => {
    await using fleet = await createCacheFleet("cache-api");
    assertEquals(await fleet.evaluate("writer"), LOCAL_HELLO);
    assertEquals(fleet.takeRequests(), [FULL]);
    assertEquals(await fleet.evaluate("keyed"), LOCAL_HELLO);
    assertEquals(await fleet.evaluate("reader"), LOCAL_HELLO);
    assertEquals(fleet.takeRequests(), []);
  },
);

workerTest(
  "the first refresh of an isolate that takes the lease over is conditional (FLG-036)",
  async () => {
    await using fleet = await createCacheFleet("cache-api");
    await fleet.evaluate("writer");
    fleet.takeRequests();
    await fleet.skip(90_000);
    assertEquals(await fleet.evaluate("second"), LOCAL_HELLO);
    assertEquals(fleet.takeRequests(), [`${CONDITIONAL} 304`]);
    await fleet.evaluate("writer");
    assertEquals(fleet.takeRequests(), [], "the former holder reads");
  },
);

workerTest("a change reaches the readers through the Cache API", async () => {
  await using fleet = await createCacheFleet("cache-api");
  await fleet.evaluate("writer");
  await fleet.evaluate("reader");
  fleet.setGreeting("hi");
  await fleet.skip(33_000);
  await fleet.evaluate("writer");
  await fleet.evaluate("reader");
  const changed = { value: "hi", source: "local" };
  assertEquals(
    [await fleet.evaluate("writer"), await fleet.evaluate("reader")],
    [changed, changed],
  );
  assertEquals(fleet.takeRequests(), [FULL, `${CONDITIONAL} 200`]);
});

workerTest(
  "an entry that nobody confirmed for a day is gone, and is fetched anew",
  async () => {
    await using fleet = await createCacheFleet("cache-api");
    await fleet.evaluate("writer");
    fleet.takeRequests();
    await fleet.skip(86_400_001);
    assertEquals(await fleet.evaluate("second"), LOCAL_HELLO);
    assertEquals(fleet.takeRequests(), [FULL]);
  },
);
