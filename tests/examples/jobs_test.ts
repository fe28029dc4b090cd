import { assertEquals } from "@std/assert";
import { PostHog } from "edgehog";
import { redisRestCache } from "edgehog/caches/redis-rest";
import { buildFlagDefinitions, createPostHogEmulator } from "edgehog/testing";
import { serveEmulator } from "../../scripts/cli/serve_emulator.ts";
import { hasRedisServer, startRedisRest } from "../_kit/redis_rest_proxy.ts";
import { serveCollector } from "../projects/_servers.ts";
import { checkTypes, start, testExample } from "./_example.ts";
import { expectOf, FLAGS, variablesOf } from "./_shop.ts";

testExample("script", async (project, t) => {
  await t.step("it compiles", () => checkTypes(project));
  await t.step(
    "it ends by itself, and events and flags have arrived",
    async () => {
      const flags = buildFlagDefinitions({ reminder: true });
      await using collector = await serveCollector({ flags });
      await using script = await start(
        ...[project, "start", variablesOf(collector.url)] as const,
        ...["user-1", "user-2"],
      );
      assertEquals(await script.ended(), 0);
      assertEquals(collector.events.length, 4);
      for (const visitor of ["user-1", "user-2"]) {
        const names = ["$feature_flag_called", "reminder sent"];
        expectOf(collector, visitor, names, "reminder");
      }
    },
  );
});

testExample("cron-refresher", async (project, t) => {
  await t.step("it compiles", () => checkTypes(project));
  await using redis = await startRedisRest();
  const emulator = createPostHogEmulator({ flags: FLAGS });
  await using server = await serveEmulator(emulator, 0);
  const refresh = async () => {
    const { url: UPSTASH_REDIS_REST_URL, token: UPSTASH_REDIS_REST_TOKEN } =
      redis;
    await using job = await start(project, "start", {
      ...variablesOf(server.url),
      UPSTASH_REDIS_REST_URL,
      UPSTASH_REDIS_REST_TOKEN,
    });
    return await job.ended();
  };
  const asked = () =>
    emulator.requests.filter(({ path }) => path.startsWith("/flags"))
      .map(({ path, status }) => `${path} ${status}`);

  await t.step(
    "it fills Redis, ends by itself, and flags are decided by what is there",
    async () => {
      assertEquals([await refresh(), await refresh()], [0, 0]);
      const answers = ["/flags/definitions 200", "/flags/definitions 304"];
      assertEquals(asked(), answers);
      await using posthog = new PostHog("phc_x", {
        host: server.url,
        flagDefinitionCache: redisRestCache(redis),
      });
      const flags = await posthog.evaluateFlags("user-1");
      assertEquals(flags.getFlag("new-navigation"), true);
      await posthog.flush();
      assertEquals(emulator.events.map(({ event }) => event), [
        "$feature_flag_called",
      ]);
      assertEquals(asked(), answers);
    },
  );

  await t.step("it says that it failed, here and in PostHog", async () => {
    emulator.setFaultPolicy(({ path }) =>
      path.startsWith("/flags") ? { status: 403 } : undefined
    );
    assertEquals(await refresh(), 1);
    assertEquals(emulator.events.map(({ event }) => event).slice(1), [
      "$exception",
    ]);
  });
}, { ignore: !hasRedisServer() });
