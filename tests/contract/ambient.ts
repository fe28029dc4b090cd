import { assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";

/** An `AsyncLocalStorage`, as far as it is used here. */
interface Storage {
  run<T>(value: unknown, work: () => T): T;
  getStore(): unknown;
}

/** The runtime's own, where it can be had without an import. */
function findStorage(): (new () => Storage) | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): unknown };
  };
  const hooks = process?.getBuiltinModule?.("node:async_hooks");
  return (hooks as { AsyncLocalStorage?: new () => Storage } | undefined)
    ?.AsyncLocalStorage;
}

/** What an application's `AsyncLocalStorage` does for scopes; edge runtimes without one have nothing to show. */
export function ambient(t: ContractRunner, { testing }: ContractLibrary): void {
  const AsyncLocalStorage = findStorage();
  if (!AsyncLocalStorage) return;

  t.test("1,000 interleaved requests with a contextStorage never see one another (FLD-053)", async () => {
    const { posthog, emulator, clock } = testing.createTestClient({
      contextStorage: new AsyncLocalStorage(),
    });
    const strangers: unknown[] = [];
    // All that go on at a moment wait for it together: the clock ends waits one by one, some real ms each.
    const moments = new Map<number, Promise<void>>();
    const waitFor = (ms: number): Promise<void> => {
      const moment = clock.now() + ms;
      const wait = moments.get(moment) ?? clock.sleep(ms);
      moments.set(moment, wait);
      return wait;
    };
    const visits = Promise.all(
      Array.from({ length: 1000 }, async (_, n) => {
        const distinctId = `user-${n}`;
        await posthog.withContext({ distinctId }, async () => {
          for (let turn = 0; turn < 1 + n % 4; turn++) {
            await waitFor(1 + (n * 7 + turn * 13) % 9);
            posthog.capture({ event: "seen", properties: { mine: n } });
            const found = posthog.getContext()?.distinctId;
            if (found !== distinctId) strangers.push([distinctId, found]);
          }
        });
      }),
    );
    await clock.advance(100);
    await visits;
    await posthog.flush();
    assertEquals(strangers, []);
    assertEquals(emulator.events.length, 2500);
    const mixed = emulator.events.filter(({ distinctId, properties }) =>
      distinctId !== `user-${properties["mine"]}`
    );
    assertEquals(mixed, []);
    assertEquals(posthog.getContext(), undefined);
  });
}
