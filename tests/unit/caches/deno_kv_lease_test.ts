import { assertEquals } from "@std/assert";
import { denoKvCache } from "../../../src/caches/deno_kv.ts";
import { kvTest, LEASE } from "./_deno_kv.ts";
import { buildData, elect } from "./_isolates.ts";

const INTERVAL_MS = 30_000;

kvTest(
  "denoKvCache() elects one of the isolates that ask at the same moment",
  async ({ createIsolate }) => {
    const isolates = Array.from({ length: 20 }, () => createIsolate());
    assertEquals((await elect(isolates)).length, 1);
    assertEquals((await elect(isolates)).length, 0);
  },
);

kvTest(
  "denoKvCache() keeps a holder that gets answers, and replaces it two intervals after its last refresh",
  async ({ clock, createIsolate }) => {
    const [holder, other] = [createIsolate(), createIsolate()];
    assertEquals(await elect([holder]), [0]);
    for (let refresh = 0; refresh < 5; refresh++) {
      await holder.onFlagDefinitionsUnchanged?.();
      await clock.advance(INTERVAL_MS);
      assertEquals(await elect([other, holder]), [1]);
    }
    await clock.advance(2 * INTERVAL_MS - 1);
    assertEquals(await elect([other]), []);
    await clock.advance(1);
    assertEquals(await elect([other]), [0]);
    await holder.onFlagDefinitionsUnchanged?.();
    assertEquals(await elect([holder]), []);
  },
);

kvTest(
  "denoKvCache() does not keep a holder that got no answer",
  async ({ clock, createIsolate }) => {
    const [holder, other] = [createIsolate(), createIsolate()];
    await elect([holder]);
    await holder.onFlagDefinitionsUnchanged?.();
    await clock.advance(INTERVAL_MS);
    assertEquals(await elect([holder]), [0]);
    await clock.advance(INTERVAL_MS);
    assertEquals(await elect([holder]), []);
    await clock.advance(INTERVAL_MS);
    assertEquals(await elect([other]), [0]);
  },
);

kvTest(
  "denoKvCache() gives its own lease back at shutdown, and nobody else's",
  async ({ kv, createIsolate }) => {
    const [holder, other, idle] = [
      createIsolate(),
      createIsolate(),
      createIsolate(),
    ];
    await elect([holder]);
    await elect([other]);
    await other.shutdown();
    await idle.shutdown();
    assertEquals(await elect([idle]), []);
    await holder.shutdown();
    assertEquals((await kv.get(LEASE)).value, null);
    assertEquals(await elect([other]), [0]);
  },
);

const UNREADABLE_LEASES: readonly (readonly [name: string, value: unknown])[] =
  [
    ["a text", "held"],
    ["a list", []],
    ["one without a time", { holder: "x" }],
    ["one with no number for a time", {
      holder: "x",
      claimedAt: "now",
      lengthMs: 1e15,
    }],
    ["one without a length", { holder: "x", claimedAt: 1e15 }],
    ["one that lasts NaN", { holder: "x", claimedAt: 1e15, lengthMs: NaN }],
  ];

for (const [name, value] of UNREADABLE_LEASES) {
  kvTest(
    `denoKvCache() takes ${name} for no lease`,
    async ({ kv, createIsolate }) => {
      await kv.set(LEASE, value);
      assertEquals(await elect([createIsolate()]), [0]);
    },
  );
}

kvTest(
  "denoKvCache() waits a moment for the first definitions of another isolate",
  async ({ createIsolate }) => {
    const holder = createIsolate();
    const waits: number[] = [];
    const sleep = async (ms: number) => {
      waits.push(ms);
      if (waits.length < 2) return;
      await holder.onFlagDefinitionsReceived(buildData('W/"1"'));
    };
    const cold = createIsolate({ sleep });
    assertEquals(await elect([holder]), [0]);
    assertEquals(await elect([cold]), []);
    assertEquals(await cold.getFlagDefinitions(), buildData('W/"1"'));
    assertEquals(waits, [500, 500]);
  },
);

kvTest(
  "denoKvCache() waits in vain once, and never where it was not told to yield",
  async ({ createIsolate }) => {
    const waits: number[] = [];
    const sleep = (ms: number) => Promise.resolve(void waits.push(ms));
    const [holder, cold, unasked] = [
      createIsolate({ sleep }),
      createIsolate({ sleep }),
      createIsolate({ sleep }),
    ];
    await elect([holder]);
    assertEquals(await holder.getFlagDefinitions(), undefined);
    assertEquals(await unasked.getFlagDefinitions(), undefined);
    assertEquals(waits, []);
    await elect([cold]);
    assertEquals(await cold.getFlagDefinitions(), undefined);
    await elect([cold]);
    assertEquals(await cold.getFlagDefinitions(), undefined);
    assertEquals(waits, [500, 500, 500]);
  },
);

Deno.test("denoKvCache() opens nothing before its first use, and then once", async () => {
  const kvs: Deno.Kv[] = [];
  const closed: Deno.Kv[] = [];
  const open = async () => {
    const kv = await Deno.openKv(":memory:");
    const close = kv.close.bind(kv);
    kv.close = () => {
      closed.push(kv);
      close();
    };
    kvs.push(kv);
    return kv;
  };
  const cache = denoKvCache(open, { closeOnShutdown: true });
  await cache.shutdown();
  assertEquals(kvs.length, 0);
  await Promise.all([cache.getFlagDefinitions(), cache.getFlagDefinitions()]);
  assertEquals([kvs.length, closed.length], [2, 1]);
  await cache.getFlagDefinitions();
  assertEquals(kvs.length, 2);
  await cache.shutdown();
  assertEquals(new Set(closed), new Set(kvs));
});
