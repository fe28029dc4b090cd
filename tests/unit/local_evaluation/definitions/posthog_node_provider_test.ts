import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import type {
  FlagDefinitionCacheData,
  FlagDefinitionCacheInput,
  FlagDefinitionCacheProvider,
} from "posthog-node";

/** As posthog-node's documentation has it, with a map for Redis. */
class RedisFlagCache
  implements FlagDefinitionCacheProvider<FlagDefinitionCacheInput> {
  readonly redis = new Map<string, string>();
  readonly #key = "posthog:flags:7";

  async getFlagDefinitions(): Promise<FlagDefinitionCacheInput | undefined> {
    const cached = await this.redis.get(this.#key);
    return cached ? JSON.parse(cached) : undefined;
  }
  async shouldFetchFlagDefinitions(): Promise<boolean> {
    if (await this.redis.has(`${this.#key}:lock`)) return false;
    this.redis.set(`${this.#key}:lock`, "1");
    return true;
  }
  async onFlagDefinitionsReceived(
    data: FlagDefinitionCacheData,
  ): Promise<void> {
    await this.redis.set(this.#key, JSON.stringify(data));
    this.redis.delete(`${this.#key}:lock`);
  }
  async shutdown(): Promise<void> {
    await this.redis.delete(`${this.#key}:lock`);
  }
}

Deno.test("A provider written for posthog-node works as it is, under its name there", async () => {
  const provider = new RedisFlagCache();
  const { posthog, emulator } = createTestClient({
    flags: { pricing: "annual" },
    flagDefinitionCacheProvider: provider,
  });
  const first = await posthog.evaluateFlags("user-1");
  await posthog.reloadFeatureFlags();
  const reader = createTestClient({
    personalApiKey: undefined,
    flagDefinitionCache: provider,
  });
  const second = await reader.posthog.evaluateFlags("user-1");
  assertEquals([first.getFlag("pricing"), second.getFlag("pricing")], [
    "annual",
    "annual",
  ]);
  const loads = emulator.requests.map(({ status }) => status);
  assertEquals([loads, reader.emulator.requests], [[200, 304], []]);
  await posthog.shutdown();
  assertEquals([...provider.redis.keys()], ["posthog:flags:7"]);
});
