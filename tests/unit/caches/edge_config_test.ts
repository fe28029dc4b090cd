import { assertEquals, assertRejects } from "@std/assert";
import { edgeConfigCache } from "../../../src/caches/edge_config.ts";
import { createTestClient } from "../../../src/testing/test_client.ts";
import { buildData } from "./_isolates.ts";

/** An Edge Config of one item, and the keys that were asked for. */
function createEdgeConfig(
  item: unknown,
): { get(key: string): Promise<unknown>; readonly keys: string[] } {
  const keys: string[] = [];
  return {
    keys,
    get(key) {
      keys.push(key);
      return Promise.resolve(item);
    },
  };
}

interface ReadRow {
  readonly name: string;
  readonly item: unknown;
  readonly read: unknown;
}

const READS: readonly ReadRow[] = [
  { name: "a value", item: buildData('W/"1"'), read: buildData('W/"1"') },
  {
    name: "JSON text",
    item: JSON.stringify(buildData('W/"1"')),
    read: buildData('W/"1"'),
  },
  { name: "a missing item", item: undefined, read: undefined },
  { name: "null", item: null, read: undefined },
  // The client calls these malformed, with a warning.
  { name: "a text that is no JSON", item: "flags", read: "flags" },
  { name: "a number", item: 7, read: 7 },
];

for (const { name, item, read } of READS) {
  Deno.test(`edgeConfigCache() reads ${name}`, async () => {
    const edgeConfig = createEdgeConfig(item);
    const cache = edgeConfigCache(() => edgeConfig);
    assertEquals<unknown>(await cache.getFlagDefinitions(), read);
    assertEquals(edgeConfig.keys, ["edgehog_flag_definitions"]);
  });
}

Deno.test("edgeConfigCache() refuses an item that is larger than 'maxBytes', in bytes", async () => {
  const { length } = new TextEncoder().encode(JSON.stringify({ flags: ["é"] }));
  for (const item of [{ flags: ["é"] }, '{"flags":["é"]}']) {
    const read = async (maxBytes: number) =>
      await edgeConfigCache(() => createEdgeConfig(item), { maxBytes })
        .getFlagDefinitions();
    assertEquals<unknown>(await read(length), { flags: ["é"] });
    await assertRejects(() => read(length - 1), RangeError, `${length} bytes`);
  }
});

Deno.test("edgeConfigCache() asks for another key, and for its client at each read", async () => {
  const edgeConfig = createEdgeConfig(undefined);
  let asked = 0;
  const cache = edgeConfigCache(() => {
    asked++;
    return edgeConfig;
  }, { key: "flags" });
  assertEquals(asked, 0);
  await cache.getFlagDefinitions();
  await cache.getFlagDefinitions();
  assertEquals([asked, ...edgeConfig.keys], [2, "flags", "flags"]);
});

Deno.test("A client with edgeConfigCache() and a key never asks PostHog while there is an item (FLG-032)", async () => {
  // As PostHog's endpoint serves them: the other spelling.
  const { groupTypeMapping, fetchedAt: _, ...rest } = buildData(undefined);
  const wire = { ...rest, "group_type_mapping": groupTypeMapping };
  const { posthog, emulator, logs } = createTestClient({
    flagDefinitionCache: edgeConfigCache(() => createEdgeConfig(wire)),
    strictLocalEvaluation: true,
  });
  assertEquals((await posthog.evaluateFlags("user-1")).keys, ["f"]);
  await posthog.reloadFeatureFlags();
  assertEquals(emulator.requests, []);
  assertEquals(logs.filter(({ level }) => level === "warn"), []);
});

Deno.test("A client says that an item of the Edge Config is no definitions document (FLG-033)", async () => {
  const { posthog, logs } = createTestClient({
    personalApiKey: "",
    flagDefinitionCache: edgeConfigCache(() => createEdgeConfig("flags")),
    strictLocalEvaluation: true,
  });
  assertEquals((await posthog.evaluateFlags("user-1")).keys, []);
  assertEquals(
    logs.filter(({ message }) => message.includes("no definitions document"))
      .length,
    1,
  );
});
