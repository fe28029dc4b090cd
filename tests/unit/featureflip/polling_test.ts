import { assert, assertEquals } from "@std/assert";
import {
  build,
  createWorld,
  flag,
  loadWorld,
  never,
  status,
  streamWorld,
  valueFlag,
} from "./_world.ts";

Deno.test("without streaming there is no stream, and without an access no request (FFL-155)", async () => {
  const world = await loadWorld(undefined, {
    longLived: true,
    streaming: false,
  });
  await world.clock.advance(3_600_000);
  assertEquals(world.calls.length, 1);
  world.client.boolVariation("f", {}, false);
  await world.clock.advance(3_600_000);
  assertEquals([world.to("flags").length, world.streams.length], [2, 0]);
});

Deno.test("an access at the interval loads once, and is answered from what is there (FFL-156, FFL-157, FFL-159)", async () => {
  const world = await loadWorld(build([valueFlag("f", 1)]));
  world.snapshot = build([valueFlag("f", 2)]);
  await world.clock.advance(29_999);
  assertEquals(world.client.numberVariation("f", {}, 0), 1);
  assertEquals(world.calls.length, 1);
  await world.clock.advance(1);
  for (let call = 0; call < 1000; call++) {
    assertEquals(world.client.numberVariation("f", {}, 0), 1);
  }
  assertEquals(world.to("flags").length, 2);
  await world.clock.settle();
  assertEquals(world.client.numberVariation("f", {}, 0), 2);
  assertEquals(world.to("flags").length, 2);
});

Deno.test("a failed load keeps what is there, and waits a second at least (FFL-158, FFL-161)", async () => {
  for (const [pollInterval, waitMs] of [[10, 1000], [5000, 5000]] as const) {
    const world = await loadWorld(undefined, { pollInterval });
    for (
      const fail of [
        () => status(500),
        () => Promise.reject(new Error("reset")),
        () => Response.json({ flags: null }),
      ]
    ) {
      world.answer = fail;
      await world.clock.advance(3_600_000);
      const before = world.to("flags").length;
      world.client.boolVariation("f", {}, false);
      await world.clock.advance(waitMs - 1);
      assertEquals(world.client.boolVariation("f", {}, false), true);
      assertEquals(world.to("flags").length, before + 1);
      await world.clock.advance(1);
      assertEquals(world.client.boolVariation("f", {}, false), true);
      assertEquals(world.to("flags").length, before + 2);
      await world.clock.settle();
    }
  }
});

Deno.test("a load that never settles counts as gone past its deadline (FFL-160)", async () => {
  const world = await loadWorld(undefined, {
    connectTimeout: 1000,
    readTimeout: 2000,
    sleep: () => new Promise(() => {}),
  });
  world.answer = () => new Promise(() => {});
  await world.clock.advance(30_000);
  world.client.boolVariation("f", {}, false);
  await world.clock.advance(3999);
  world.client.boolVariation("f", {}, false);
  assertEquals(world.to("flags").length, 2);
  await world.clock.advance(1);
  world.client.boolVariation("f", {}, false);
  assertEquals(world.to("flags").length, 3);
});

Deno.test("refresh() loads what is due, with a stream always, and never rejects (FFL-162)", async () => {
  const world = await loadWorld();
  await world.client.refresh();
  assertEquals(world.to("flags").length, 1);
  await world.clock.advance(30_000);
  world.answer = () => status(500);
  await world.client.refresh();
  assertEquals(world.to("flags").length, 2);
  const streaming = await streamWorld(build([valueFlag("f", 1)]));
  streaming.snapshot = build([valueFlag("f", 2)]);
  await streaming.client.refresh();
  assertEquals(streaming.client.numberVariation("f", {}, 0), 2);
  streaming.answer = () => Promise.reject(new Error("reset"));
  await streaming.client.refresh();
  assertEquals(streaming.to("flags").length, 3);
  await streaming.client.close();
});

Deno.test("refresh() waits for a load under way where the process lives (FFL-162)", async () => {
  const world = await loadWorld(build([valueFlag("f", 1)]), {
    longLived: true,
    streaming: false,
  });
  world.snapshot = build([valueFlag("f", 2)]);
  await world.clock.advance(30_000);
  world.client.numberVariation("f", {}, 0);
  await world.client.refresh();
  assertEquals(world.client.numberVariation("f", {}, 0), 2);
  assertEquals(world.to("flags").length, 2);
});

Deno.test("a fetch that reads a flag does not go round in circles (FFL-163)", async () => {
  for (const longLived of [true, false]) {
    const world = createWorld(undefined, { longLived, flushBatchSize: 1 });
    world.answer = () => {
      world.client.boolVariation("f", {}, false);
      return undefined;
    };
    world.client.boolVariation("f", {}, false);
    assertEquals(world.to("flags").length, 1);
    await world.client.close();
  }
});

Deno.test("after a failed first load accesses and waits ask for nothing until it is time (FFL-246)", async () => {
  const world = createWorld();
  world.answer = () => status(503);
  await world.client.waitForInitialization().catch(() => {});
  await world.clock.advance(29_999);
  world.client.boolVariation("f", {}, false);
  const error = await world.client.waitForInitialization().catch((error) =>
    error
  );
  assertEquals([error.name, error.cause?.name, error.status], [
    "InitializationError",
    "InitializationError",
    503,
  ]);
  assertEquals(world.to("flags").length, 1);
  world.answer = () => undefined;
  await world.clock.advance(1);
  await world.client.waitForInitialization();
  assertEquals([world.to("flags").length, world.client.initialized], [2, true]);
});

Deno.test("one that fails late does not hold up one that came after it", async () => {
  const world = await loadWorld(build([flag("f")]), {
    connectTimeout: 10,
    readTimeout: 10,
  });
  assert(world.client.initialized);
  world.answer = ({ init }) => never(init.signal);
  await world.clock.advance(30_000);
  world.client.boolVariation("f", {}, false);
  await world.clock.advance(1020);
  assertEquals(world.client.boolVariation("f", {}, false), true);
});
