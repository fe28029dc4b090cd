import { assertEquals } from "@std/assert";
import type { FlagDefinitionCacheData } from "edgehog";
import { redisRestCache } from "edgehog/caches/redis-rest";
import { hasRedisServer, startRedisRest } from "../../_kit/redis_rest_proxy.ts";
import { PROJECT, proveWarmStart } from "./_warm_start.ts";

const isAbsent = !hasRedisServer();

/** A test against a Redis of its own. */
function redisTest(
  name: string,
  fn: (t: Deno.TestContext) => Promise<void>,
): void {
  const reason = isAbsent ? " (skipped: redis-server is not installed)" : "";
  Deno.test({ name: `${name}${reason}`, ignore: isAbsent, fn });
}

function buildData(etag: string, size = 0): FlagDefinitionCacheData {
  const flags = [{ key: "f", active: true, name: "é".repeat(size) }];
  return { flags, groupTypeMapping: {}, cohorts: {}, etag, fetchedAt: 5 };
}

redisTest(
  "redisRestCache() serves a cold start from a real Redis",
  async (t) => {
    await using redis = await startRedisRest();
    await proveWarmStart(
      t,
      () => redisRestCache(redis),
      () => redis.run("DEL", `edgehog:flag_definitions:${PROJECT}:lease`),
    );
  },
);

redisTest(
  "redisRestCache() elects one of many isolates, and the next one when its lease ran out",
  async () => {
    await using redis = await startRedisRest();
    const isolates = Array.from(
      { length: 10 },
      () => redisRestCache({ ...redis, intervalMs: 30_000 }),
    );
    const elect = async () =>
      (await Promise.all(
        isolates.map((isolate) => isolate.shouldFetchFlagDefinitions()),
      )).flatMap((isElected, index) => isElected ? [index] : []);
    const [holder = -1, ...others] = await elect();
    assertEquals(others, []);
    const ttlMs = Number(
      await redis.run("PTTL", "edgehog:flag_definitions:lease"),
    );
    assertEquals(ttlMs > 55_000 && ttlMs <= 60_000, true);
    await isolates[holder]?.onFlagDefinitionsReceived(buildData('W/"1"'));
    assertEquals(await elect(), [holder]);
    await redis.run("PEXPIRE", "edgehog:flag_definitions:lease", "0");
    assertEquals((await elect()).length, 1);
  },
);

redisTest(
  "redisRestCache() gives back what it was given, large or not, and writes only what has changed",
  async () => {
    await using redis = await startRedisRest();
    const [writer, reader] = [redisRestCache(redis), redisRestCache(redis)];
    assertEquals(await reader.getFlagDefinitions(), undefined);
    for (const data of [buildData('W/"1"'), buildData('W/"2"', 500_000)]) {
      await writer.onFlagDefinitionsReceived(data);
      assertEquals(await reader.getFlagDefinitions(), data);
    }
    const before = redis.commands.length;
    await writer.onFlagDefinitionsUnchanged?.();
    assertEquals(
      await reader.getFlagDefinitions(),
      buildData('W/"2"', 500_000),
    );
    assertEquals(
      redis.commands.slice(before).map((words) => words.slice(0, 3)),
      [
        ["HGET", "edgehog:flag_definitions", "version"],
        ["HSET", "edgehog:flag_definitions", "confirmedAt"],
        ["HGET", "edgehog:flag_definitions", "version"],
      ],
    );
    assertEquals(typeof await reader.getConfirmedAt?.(), "number");
    await redis.run("DEL", "edgehog:flag_definitions");
    await writer.onFlagDefinitionsUnchanged?.();
    assertEquals(
      await reader.getFlagDefinitions(),
      buildData('W/"2"', 500_000),
    );
  },
);
