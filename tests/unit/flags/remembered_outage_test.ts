import { assertEquals } from "@std/assert";
import type { PlannedFault } from "edgehog/dev";
import { createTestClient } from "edgehog/testing";

/** What happens to one attempt, as `$feature_flag_error` has it, and what a call then takes. */
const FAULTS: readonly (readonly [
  failure: string,
  fault: Omit<PlannedFault, "path">,
  callMs: number,
])[] = [
  ["connection_error", { drop: "connection" }, 300],
  ["timeout", { delayMs: 1e9 }, 3000],
];

function createRemote(options: Parameters<typeof createTestClient>[0] = {}) {
  const client = createTestClient({
    flags: { f: true },
    personalApiKey: undefined,
    debug: true,
    ...options,
  });
  const { posthog, emulator, clock, logs } = client;
  /** A call, and how long it took. */
  const call = async (withinMs = 5000) => {
    const beganAt = clock.now();
    let tookMs = -1;
    const snapshot = posthog.evaluateFlags("ada", { flagKeys: ["f"] });
    snapshot.then(() => tookMs = clock.now() - beganAt);
    await clock.settle();
    if (tookMs < 0) await clock.advance(withinMs);
    const { reason, value } = (await snapshot).detail("f", false);
    return [tookMs, value, reason] as const;
  };
  const count = (path: string) =>
    emulator.requests.filter((request) => request.path === path).length;
  const said = (level: string, text: string) =>
    logs.filter((entry) =>
      entry.level === level && entry.message.includes(text)
    )
      .length;
  return { ...client, call, count, said };
}

for (const [failure, fault, callMs] of FAULTS) {
  Deno.test(`After two evaluations without an answer (${failure}) /flags is skipped for 5 s, doubling to 60 s (FLD-033)`, async () => {
    const { emulator, clock, call, count, said } = createRemote();
    emulator.failNext({ path: "/flags", times: 1000, ...fault });
    assertEquals(await call(), [callMs, false, failure]);
    assertEquals(said("warn", "/flags"), 0);
    await call();
    assertEquals([count("/flags"), said("warn", "/flags")], [4, 1]);
    for (const restMs of [5000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      const before = count("/flags");
      // What is left of the rest, after what `call` waited for.
      const sinceMs = 5000 - callMs;
      await clock.advance(Math.max(0, restMs - sinceMs - 1));
      assertEquals(await call(), [0, false, failure]);
      assertEquals(count("/flags"), before);
      await clock.advance(1);
      assertEquals(await call(), [callMs, false, failure]);
      assertEquals(count("/flags"), before + 2);
    }
    assertEquals(said("warn", "/flags"), 1);
  });
}

Deno.test("One evaluation at a time tries again, and an answer ends the outage (FLD-033)", async () => {
  const { posthog, emulator, clock, call, count, said } = createRemote();
  emulator.failNext({ path: "/flags", times: 4, drop: "connection" });
  await call();
  await call();
  await clock.advance(5000);
  const flags = await Promise.all(
    Array.from({ length: 20 }, () => posthog.evaluateFlags("ada")),
  );
  assertEquals(flags.filter((each) => each.getFlag("f")).length, 1);
  assertEquals([count("/flags"), said("debug", "/flags again")], [5, 1]);
  assertEquals(await call(), [0, true, "condition_match"]);
});

Deno.test("An answer of any status ends the row of failures (FLD-033)", async () => {
  const { emulator, call, count, said } = createRemote();
  for (let i = 0; i < 3; i++) {
    emulator.failNext({ path: "/flags", times: 2, drop: "connection" });
    emulator.failNext({ path: "/flags", status: 503 });
    assertEquals((await call())[2], "connection_error");
    assertEquals((await call())[2], "api_error_503");
  }
  assertEquals(said("warn", "/flags ("), 0);
  assertEquals(count("/flags"), 9);
});

Deno.test("Definitions that nobody gets in time are skipped as well, and reloadFeatureFlags() asks all the same (FLD-033)", async () => {
  const { posthog, emulator, clock, call, count, said } = createRemote({
    personalApiKey: "phx_1",
  });
  const path = "/flags/definitions";
  emulator.failNext({ path, times: 2, delayMs: 1e9 });
  assertEquals(await call(1500), [1500, true, "condition_match"]);
  assertEquals(said("warn", path), 0);
  assertEquals(await call(1500), [1500, true, "condition_match"]);
  assertEquals([count(path), said("warn", path)], [2, 1]);
  assertEquals(await call(), [0, true, "condition_match"]);
  assertEquals(count(path), 2);
  const reload = posthog.reloadFeatureFlags();
  await clock.advance(100);
  await reload;
  assertEquals([count(path), said("debug", `${path} again`)], [3, 1]);
  const asked = count("/flags");
  assertEquals(await call(), [0, true, "condition_match"]);
  assertEquals(count("/flags"), asked);
  await clock.advance(60_000);
});

Deno.test("Local values are there while /flags is skipped (FLD-033)", async () => {
  const filters = { groups: [{ rollout_percentage: 100, properties: [] }] };
  const { posthog, emulator, call } = createRemote({
    personalApiKey: "phx_1",
    flags: { flags: [{ key: "local", active: true, filters }] },
  });
  emulator.failNext({ path: "/flags", times: 100, drop: "connection" });
  await call();
  await call();
  const flags = await posthog.evaluateFlags("ada", {
    flagKeys: ["local", "f"],
  });
  assertEquals(flags.getFlag("local"), true);
  assertEquals(flags.detail("f", false).reason, "connection_error");
});
