import { assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";

const PATH = "/flags/definitions";
const CROWD = 200;

/** Concurrent requests of an isolate without definitions share one load by what it leaves behind. */
export function oneLoad(t: ContractRunner, { testing }: ContractLibrary): void {
  const createCrowd = () => {
    const { posthog, emulator, clock } = testing.createTestClient({
      flags: { pricing: "annual" },
    });
    const read = async (callers: readonly { evaluateFlags: Evaluate }[]) => {
      const snapshots = await Promise.all(
        callers.map((caller) => caller.evaluateFlags("user-1")),
      );
      return new Set(snapshots.map((flags) => flags.getFlag("pricing")));
    };
    const loads = () =>
      emulator.requests.filter(({ path }) => path === PATH).length;
    const scopes = Array.from(
      { length: CROWD },
      () => posthog.forRequest(undefined, { waitUntil: () => {} }),
    );
    return { posthog, emulator, clock, read, loads, scopes };
  };

  t.test("200 concurrent first requests make one definitions request (FLG-025, FLD-031)", async () => {
    const { posthog, read, loads, scopes } = createCrowd();
    assertEquals([...await read([...scopes, posthog])], ["annual"]);
    assertEquals(loads(), 1);
  });

  t.test("a load that fails is begun anew once, by the first to see it (FLD-031)", async () => {
    const { emulator, read, loads, scopes } = createCrowd();
    emulator.failNext({ path: PATH, drop: "connection" });
    const answers = read(scopes);
    assertEquals([...await answers], ["annual"]);
    assertEquals(loads(), 2);
  });

  t.test("with the first request gone mid-load there are at most two, and nobody hangs (FLG-025, FLD-031)", async () => {
    const { emulator, clock, read, loads, scopes: [first, ...rest] } =
      createCrowd();
    // It never settles while the others are there.
    emulator.failNext({ path: PATH, delayMs: 60_000 });
    const lost = first?.evaluateFlags("user-1");
    await clock.advance(1000);
    const answers = read(rest);
    await clock.advance(3000);
    assertEquals([...await answers], ["annual"]);
    assertEquals(loads(), 2);
    await lost;
    await clock.advance(60_000);
  });

  t.test("concurrent waits and reloads make one definitions request (FLD-031)", async () => {
    const { posthog, loads, scopes } = createCrowd();
    const ready = await Promise.all(
      scopes.map((scope) => scope.waitForLocalEvaluationReady()),
    );
    assertEquals([...new Set(ready)], [true]);
    assertEquals(loads(), 1);
    await Promise.all(
      [...scopes, posthog].map((each) => each.reloadFeatureFlags()),
    );
    assertEquals(loads(), 2);
  });
}

type Evaluate = (
  distinctId: string,
) => Promise<{ getFlag(key: string): boolean | string | undefined }>;
