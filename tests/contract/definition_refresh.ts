import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { CAPTURE_PATH } from "../_kit/capture_paths.ts";

const SECRET = "correct horse battery staple";

/** A cache that is kept warm: by a cron trigger, and by the webhook of a flag change. */
export function definitionRefresh(
  t: ContractRunner,
  { edgehog, testing }: ContractLibrary,
): void {
  const { flagChangeWebhook, memoryCache, refreshFlagDefinitions } = edgehog;

  const createWorld = () => {
    const first = testing.createTestClient({ flags: { pricing: "monthly" } });
    const { emulator, clock } = first;
    const flagDefinitionCache = memoryCache({ now: clock.now });
    const createIsolate = (personalApiKey?: string) =>
      testing.createTestClient({
        flagDefinitionCache,
        personalApiKey,
        fetch: emulator.fetch,
        now: clock.now,
        sleep: clock.sleep,
      }).posthog;
    const loads = () =>
      emulator.requests.filter(({ path }) => !path.startsWith(CAPTURE_PATH))
        .map(({ status }) => status);
    return { emulator, clock, createIsolate, loads };
  };

  t.test("refreshFlagDefinitions() tells changed, unchanged and failed apart, and asks conditionally", async () => {
    const { emulator, createIsolate, loads } = createWorld();
    const refresh = async () => {
      const { kind } = await refreshFlagDefinitions(createIsolate("phx_1"));
      return kind;
    };
    const kinds = [await refresh(), await refresh()];
    emulator.setFlags({ flags: [{ key: "new-nav", active: true }] });
    kinds.push(await refresh());
    emulator.failNext({ status: 503 });
    kinds.push(await refresh());
    assertEquals(kinds, ["changed", "unchanged", "changed", "failed"]);
    assertEquals(loads(), [200, 304, 200, 503]);
    const unusable = await Promise.all([
      refreshFlagDefinitions(createIsolate()),
      refreshFlagDefinitions(createIsolate("phx_1").forRequest() as never),
    ]);
    assertEquals(unusable.map(({ kind }) => kind), ["failed", "failed"]);
    assertEquals(loads().length, 4);
  });

  t.test("a reader without a key answers from a warm cache, and never asks PostHog (FLG-038)", async () => {
    const { clock, createIsolate, loads } = createWorld();
    await refreshFlagDefinitions(createIsolate("phx_1"));
    const reader = createIsolate();
    for (let minute = 0; minute < 3; minute++) {
      const flags = await reader.evaluateFlags("user-1");
      assertEquals(flags.getFlag("pricing"), "monthly");
      await clock.advance(60_000);
    }
    assertEquals(loads(), [200]);
  });

  t.test("flagChangeWebhook() refreshes for who knows the secret, once for a burst", async () => {
    const { emulator, clock, createIsolate, loads } = createWorld();
    const handle = flagChangeWebhook(createIsolate("phx_1"), {
      secret: SECRET,
    });
    const call = async (secret: string, method = "POST") => {
      const response = await handle(
        new Request("https://shop.example/hooks/flags", {
          method,
          headers: { Authorization: `Bearer ${secret}` },
          ...(method === "POST" && { body: '{"event":"flag changed"}' }),
        }),
      );
      const body = await response.json();
      return [response.status, body.result];
    };
    assertEquals(await call("wrong"), [401, undefined]);
    assertEquals(await call(SECRET, "GET"), [405, undefined]);
    assertEquals(loads(), []);

    emulator.failNext({ delayMs: 100 });
    const first = call(SECRET);
    await clock.settle();
    const second = await call(SECRET);
    await clock.advance(1100);
    assertEquals([await first, second], [[200, "unchanged"], [
      202,
      "accepted",
    ]]);
    assertEquals(loads(), [200, 304]);
    emulator.failNext({ status: 503 });
    const failing = call(SECRET);
    await clock.advance(1000);
    const [status, result] = await failing;
    assertEquals([status, result], [502, "failed"]);
  });

  t.test("flagChangeWebhook() accepts nobody without a secret", async () => {
    const { createIsolate, loads } = createWorld();
    for (const secret of [undefined, " "]) {
      const handle = flagChangeWebhook(createIsolate("phx_1"), { secret });
      const response = await handle(
        new Request("https://shop.example/", {
          method: "POST",
          headers: { Authorization: "Bearer undefined" },
        }),
      );
      assert(response.status === 503, `answered ${response.status}`);
    }
    assertEquals(loads(), []);
  });
}
