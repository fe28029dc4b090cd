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
  type World,
} from "./_world.ts";

/** The value of `f`. */
function read({ client }: World): number {
  return client.numberVariation("f", {}, 0);
}

function of(value: number, version = 1): ReturnType<typeof build> {
  return build([valueFlag("f", value, { version })]);
}

function frame(event: string, json: unknown): string {
  return `event: ${event}\ndata: ${
    typeof json === "string" ? json : JSON.stringify(json)
  }\n\n`;
}

/** Sends by the latest connection. */
async function send(world: World, event: string, json: unknown): Promise<void> {
  world.streams.at(-1)?.send(frame(event, json));
  await world.clock.settle();
}

Deno.test("the stream opens once the first load has settled, failed or not (FFL-128, FFL-129)", async () => {
  const world = createWorld(of(1), { longLived: true });
  let settle = (_: Response) => {};
  world.answer = ({ path }) =>
    path === "flags" ? new Promise((resolve) => settle = resolve) : undefined;
  assertEquals(read(world), 0);
  await world.clock.settle();
  assertEquals(world.calls.map(({ path }) => path), ["flags"]);
  settle(status(500));
  await world.clock.settle();
  assertEquals(world.calls.map(({ path }) => path), ["flags", "stream"]);
  assertEquals(world.client.initialized, false);
  const waited = world.client.waitForInitialization();
  world.streams[0]?.sync(of(2));
  await waited;
  assertEquals([
    read(world),
    world.client.initialized,
    world.to("flags").length,
  ], [2, true, 1]);
  await world.client.close();
});

Deno.test("a flag's event loads it alone, and a deletion removes it (FFL-130, FFL-131)", async () => {
  const world = await streamWorld(of(1));
  for (
    const [event, value] of [["flag.updated", 2], ["flag.created", 3]] as const
  ) {
    world.snapshot = of(value);
    await send(world, event, { key: "f", version: 99 });
    assertEquals(read(world), value);
  }
  assertEquals([world.to("flags").length, world.to("flags/f").length], [1, 2]);
  await send(world, "flag.deleted", { key: "f" });
  assertEquals(world.client.variationDetail("f", {}, 0).reason, "FlagNotFound");
  world.snapshot = of(4);
  await send(world, "segment.updated", "x");
  assertEquals([read(world), world.to("flags").length], [4, 2]);
  await world.client.close();
});

Deno.test("what is unknown, unreadable or without a key changes nothing and ends nothing (FFL-132, FFL-133)", async () => {
  const world = await streamWorld(of(1));
  world.snapshot = of(2);
  const frames = [
    ["ping", { timestamp: 1 }],
    ["flag-updated", { key: "f" }],
    ["message", { key: "f" }],
    ["flag.updated", "{oops"],
    ["flag.updated", { key: "" }],
    ["flag.updated", { key: 5 }],
    ["flag.updated", null],
    ["flag.updated", ["f"]],
    ["flag.updated", {}],
    ["flag.deleted", { version: 1 }],
    ["sync", "{oops"],
    ["Sync", of(3)],
  ] as const;
  for (const [event, json] of frames) await send(world, event, json);
  world.streams[0]?.send(": a comment\n\n");
  await world.clock.settle();
  assertEquals([read(world), world.calls.length, world.streams.length], [
    1,
    2,
    1,
  ]);
  await send(world, "sync", of(3));
  assertEquals([read(world), world.warnings], [3, []]);
  await world.client.close();
});

Deno.test("letters and line ends may be cut anywhere (FFL-134)", async () => {
  const world = await streamWorld();
  const bytes = new TextEncoder().encode(
    "\ufeff" +
      frame("sync", build([valueFlag("f", "ü🦔")])).replaceAll("\n", "\r\n"),
  );
  for (const byte of bytes) world.streams[0]?.sendBytes(new Uint8Array([byte]));
  await world.clock.settle();
  assertEquals(world.client.stringVariation("f", {}, ""), "ü🦔");
  await world.client.close();
});

Deno.test("a flag that can't be loaded stays as it is (FFL-135)", async () => {
  for (
    const answer of [
      () => status(404),
      () => status(500),
      () => Promise.reject(new Error("reset")),
      () => new Response("{oops"),
    ]
  ) {
    const world = await streamWorld(of(1));
    world.answer = answer;
    await send(world, "flag.updated", { key: "f" });
    assertEquals([read(world), world.warnings.length], [1, 0]);
    await world.client.close();
  }
});

/** Holds the answers of a path back; gives functions that let them go. */
function hold(world: World, path: string): ((json: unknown) => void)[] {
  const held: ((json: unknown) => void)[] = [];
  world.answer = (call) =>
    call.path === path
      ? new Promise((resolve) =>
        void held.push((json) => resolve(Response.json(json)))
      )
      : undefined;
  return held;
}

Deno.test("a late answer does not bring a deleted flag back, nor an older edit (FFL-136)", async () => {
  const world = await streamWorld(of(1));
  const held = hold(world, "flags/f");
  await send(world, "flag.updated", { key: "f" });
  await send(world, "flag.deleted", { key: "f" });
  held[0]?.(valueFlag("f", 2));
  await world.clock.settle();
  assertEquals(read(world), 0);
  await send(world, "flag.created", { key: "f" });
  await send(world, "flag.updated", { key: "f" });
  held[2]?.(valueFlag("f", 4));
  await world.clock.settle();
  held[1]?.(valueFlag("f", 3));
  await world.clock.settle();
  assertEquals(read(world), 4);
  await world.client.close();
});

Deno.test("a snapshot that was asked for before a newer one came is dropped (FFL-137)", async () => {
  const world = await streamWorld(of(1));
  const held = hold(world, "flags");
  await send(world, "segment.updated", {});
  await send(world, "sync", of(3));
  held[0]?.(of(2));
  await world.clock.settle();
  assertEquals(read(world), 3);
  await send(world, "segment.updated", {});
  await send(world, "segment.updated", {});
  held[2]?.(of(5));
  await world.clock.settle();
  held[1]?.(of(4));
  await world.clock.settle();
  assertEquals(read(world), 5);
  await world.client.close();
});

/** The waits between connections that all fail, in ms. */
async function waits(random: number, count: number): Promise<number[]> {
  const world = createWorld(undefined, {
    longLived: true,
    random: () => random,
    maxStreamRetries: 1000,
  });
  const at: number[] = [];
  world.answer = ({ path }) => {
    if (path !== "stream") return undefined;
    at.push(world.clock.now());
    return status(500);
  };
  await world.client.waitForInitialization();
  await world.clock.advance(200_000);
  await world.client.close();
  return at.slice(1, count + 1).map((ms, index) => ms - (at[index] ?? 0));
}

Deno.test("waits double from a second to thirty, the upper half of them by chance (FFL-138)", async () => {
  assertEquals(await waits(1, 7), [
    1000,
    2000,
    4000,
    8000,
    16_000,
    30_000,
    30_000,
  ]);
  assertEquals(await waits(0, 7), [
    500,
    1000,
    2000,
    4000,
    8000,
    15_000,
    15_000,
  ]);
});

Deno.test("only a snapshot that was delivered makes the next wait short again (FFL-139, FFL-140, FFL-141)", async () => {
  const world = await streamWorld();
  const drop = async (expectedMs: number) => {
    const { length } = world.streams;
    world.streams.at(-1)?.end();
    await world.clock.advance(expectedMs - 1);
    assertEquals(world.streams.length, length);
    await world.clock.advance(1);
    assertEquals(world.streams.length, length + 1);
  };
  await drop(500);
  await drop(1000);
  world.streams.at(-1)?.send(frame("ping", {}));
  await drop(2000);
  await send(world, "sync", of(1));
  await drop(500);
  await drop(1000);
  await send(world, "sync", { flags: null });
  await drop(500);
  await world.client.close();
});

Deno.test("whatever is no stream is a failed attempt, retried without end (FFL-142, FFL-143)", async () => {
  const answers = [401, 403, 404, 500, 204].map((code) => () => status(code));
  answers.push(() =>
    new Response("<html>", { headers: { "content-type": "text/html" } })
  );
  for (const answer of answers) {
    const world = createWorld(undefined, { longLived: true });
    world.answer = ({ path }) => path === "stream" ? answer() : undefined;
    await world.client.waitForInitialization();
    await world.clock.advance(300_000);
    assert(world.to("stream").length > 18, String(world.to("stream").length));
    world.answer = () => undefined;
    await world.clock.advance(15_000);
    assertEquals(world.streams.length, 1);
    await world.client.close();
  }
});

Deno.test("a stream without a type is one, and a charset is no matter (FFL-143)", async () => {
  for (
    const headers of [{}, {
      "content-type": "text/event-stream; charset=utf-8",
    }]
  ) {
    const world = createWorld(of(1), { longLived: true });
    const bytes = new TextEncoder().encode(frame("sync", of(2)));
    world.answer = ({ path }) =>
      path === "stream"
        ? new Response(
          new ReadableStream({ start: (to) => to.enqueue(bytes) }),
          { headers },
        )
        : undefined;
    await world.client.waitForInitialization();
    await world.clock.settle();
    assertEquals(read(world), 2);
    await world.client.close();
  }
});

Deno.test("ninety seconds without a byte end a connection, a ping before that does not (FFL-144)", async () => {
  const world = await streamWorld();
  await world.clock.advance(89_000);
  world.streams[0]?.send(frame("ping", {}));
  await world.clock.advance(89_999);
  assertEquals([world.streams[0]?.isCancelled(), world.streams.length], [
    false,
    1,
  ]);
  await world.clock.advance(1);
  assertEquals(world.streams[0]?.isCancelled(), true);
  await world.clock.advance(500);
  assertEquals(world.streams.length, 2);
  await world.client.close();
});

Deno.test("headers that don't come in time are a failed attempt (FFL-145)", async () => {
  for (const listens of [true, false]) {
    const world = createWorld(undefined, {
      longLived: true,
      connectTimeout: 100,
      readTimeout: 200,
    });
    let late = (_: Response) => {};
    world.answer = ({ path, init }) =>
      path !== "stream"
        ? undefined
        : listens
        ? never(init.signal)
        : new Promise((resolve) => late = resolve);
    await world.client.waitForInitialization();
    await world.clock.advance(299);
    assertEquals(world.to("stream").at(-1)?.init.signal.aborted, false);
    await world.clock.advance(1);
    assertEquals(world.to("stream").at(-1)?.init.signal.aborted, true);
    let isCancelled = false;
    late(
      new Response(
        new ReadableStream({ cancel: () => void (isCancelled = true) }),
      ),
    );
    await world.clock.advance(500);
    assertEquals([world.to("stream").length, isCancelled], [2, !listens]);
    await world.client.close();
  }
});

Deno.test("flags are polled beside a stream that fails, until it is back, with one warning an outage (FFL-146, FFL-147, FFL-149)", async () => {
  const world = await streamWorld(of(1), {
    maxStreamRetries: 2,
    pollInterval: 60_000,
  });
  for (let outage = 1; outage <= 2; outage++) {
    const before = world.to("flags").length;
    world.answer = ({ path }) => path === "stream" ? status(503) : undefined;
    world.streams.at(-1)?.end();
    await world.clock.advance(1499);
    assertEquals([world.to("flags").length, world.warnings.length], [
      before,
      outage - 1,
    ]);
    world.snapshot = of(outage * 10);
    await world.clock.advance(1);
    assertEquals([world.to("flags").length, world.warnings.length], [
      before + 1,
      outage,
    ]);
    assertEquals(read(world), outage * 10);
    const attempts = world.to("stream").length;
    await world.clock.advance(59_999);
    assertEquals(world.to("flags").length, before + 1);
    await world.clock.advance(1);
    assertEquals(world.to("flags").length, before + 2);
    assert(world.to("stream").length > attempts);
    world.answer = () => undefined;
    await world.clock.advance(15_000);
    await send(world, "sync", of(5));
    const after = world.to("flags").length;
    await world.clock.advance(80_000);
    assertEquals([world.to("flags").length, read(world)], [after, 5]);
  }
  assertEquals(world.warnings.length, 2);
  await world.client.close();
});

Deno.test("a poll under way when the stream is back is dropped (FFL-147)", async () => {
  const world = await streamWorld(of(1), { maxStreamRetries: 0 });
  const held = hold(world, "flags");
  world.streams[0]?.end();
  await world.clock.advance(500);
  await send(world, "sync", of(3));
  held[0]?.(of(2));
  await world.clock.settle();
  assertEquals(read(world), 3);
  await world.client.close();
});

Deno.test("without retries the first drop polls (FFL-148)", async () => {
  const world = await streamWorld(of(1), { maxStreamRetries: 0 });
  world.streams[0]?.fail();
  await world.clock.settle();
  assertEquals([world.to("flags").length, world.warnings.length], [2, 1]);
  await world.client.close();
});

Deno.test("polls beside the stream wait as long as the server asks (FFL-031, FFL-146)", async () => {
  const world = await streamWorld(of(1), { maxStreamRetries: 0 });
  world.answer = () => status(503, { "retry-after": "120" });
  world.streams[0]?.end();
  await world.clock.advance(119_999);
  assertEquals(world.to("flags").length, 2);
  await world.clock.advance(1);
  assertEquals(world.to("flags").length, 3);
  await world.client.close();
});

Deno.test("polls beside the stream heed what the first load was asked (FFL-031, FFL-146)", async () => {
  const world = createWorld(of(1), { longLived: true, maxStreamRetries: 0 });
  const isOver = () => world.clock.now() >= start + 120_000;
  const start = world.clock.now();
  world.answer = ({ path }) =>
    path === "flags" && !isOver()
      ? status(503, { "retry-after": "120" })
      : path === "stream"
      ? status(500)
      : undefined;
  await world.client.waitForInitialization().catch(() => {});
  await world.clock.advance(119_999);
  assertEquals(world.to("flags").length, 1);
  await world.clock.advance(1);
  assertEquals([world.to("flags").length, read(world)], [2, 1]);
  await world.client.close();
});

Deno.test("close() ends a wait, a connection being made and one being read (FFL-150)", async () => {
  const waiting = await streamWorld();
  waiting.streams[0]?.end();
  await waiting.clock.settle();
  const connecting = createWorld(undefined, { longLived: true });
  connecting.answer = ({ path, init }) =>
    path === "stream" ? never(init.signal) : undefined;
  await connecting.client.waitForInitialization();
  await connecting.clock.settle();
  const reading = await streamWorld();
  for (const world of [waiting, connecting, reading]) {
    const before = world.to("stream").length;
    await world.client.close();
    await world.clock.advance(600_000);
    assertEquals([world.to("stream").length, world.clock.pending], [before, 0]);
  }
  assertEquals([
    connecting.to("stream")[0]?.init.signal.aborted,
    reading.streams[0]?.isCancelled(),
  ], [true, true]);
});

Deno.test("clients of one key share a stream (FFL-151)", async () => {
  const world = await streamWorld();
  const { FeatureflipClient } = await import("../../../src/featureflip/mod.ts");
  const others = await Promise.all(
    [1, 2, 3].map(() => FeatureflipClient.create(world.options)),
  );
  await world.clock.settle();
  assertEquals([world.streams.length, world.to("flags").length], [1, 1]);
  await Promise.all([world.client, ...others].map((client) => client.close()));
});

Deno.test("a frame that is too large ends its connection, one of a MiB does not (FFL-152)", async () => {
  const world = await streamWorld();
  const text = "x".repeat(1024 * 1024);
  await send(world, "sync", build([valueFlag("f", text)]));
  assertEquals(world.client.stringVariation("f", {}, "").length, text.length);
  world.streams[0]?.send("data: ");
  for (let mib = 0; mib < 17; mib++) world.streams[0]?.send(text);
  await world.clock.settle();
  assertEquals(world.streams[0]?.isCancelled(), true);
  await world.clock.advance(500);
  assertEquals(world.streams.length, 2);
  assertEquals(world.client.stringVariation("f", {}, "").length, text.length);
  await world.client.close();
});

Deno.test("a flag being loaded does not hold up the frames behind it (FFL-153)", async () => {
  const world = await streamWorld(build([valueFlag("f", 1), flag("g")]));
  hold(world, "flags/f");
  world.streams[0]?.send(
    frame("flag.updated", { key: "f" }) + frame("flag.deleted", { key: "g" }),
  );
  await world.clock.settle();
  assertEquals(world.client.variationDetail("g", {}, 0).reason, "FlagNotFound");
  await world.client.close();
});

Deno.test("the stream waits as long as the server asks (FFL-154)", async () => {
  for (const [header, ms] of [["20", 20_000], ["1000", 300_000]] as const) {
    const world = createWorld(undefined, { longLived: true });
    world.answer = ({ path }) =>
      path === "stream" ? status(503, { "retry-after": header }) : undefined;
    await world.client.waitForInitialization();
    await world.clock.advance(ms - 1);
    assertEquals(world.to("stream").length, 1);
    await world.clock.advance(1);
    assertEquals(world.to("stream").length, 2);
    await world.client.close();
  }
});

Deno.test("a runtime that shows no body as it comes loads flags as they are read (FFL-234)", async () => {
  const world = createWorld(of(1), { longLived: true });
  world.answer = ({ path }) =>
    path === "stream"
      ? { status: 200, headers: new Headers(), body: null } as Response
      : undefined;
  await world.client.waitForInitialization();
  await world.clock.advance(120_000);
  assertEquals([
    world.to("stream").length,
    world.to("flags").length,
    world.warnings.length,
  ], [1, 1, 1]);
  world.snapshot = of(2);
  read(world);
  await world.clock.settle();
  assertEquals([read(world), world.to("stream").length], [2, 1]);
  await world.client.close();
});

Deno.test("garbage ends nothing, and the server's return is noticed (FFL-133, FFL-161)", async () => {
  const world = createWorld(of(1), { longLived: true });
  world.answer = () => Promise.reject(new TypeError("refused"));
  await world.client.waitForInitialization().catch(() => {});
  await world.clock.advance(3_600_000);
  assertEquals(read(world), 0);
  world.answer = () => undefined;
  await world.clock.advance(30_000);
  assertEquals(read(world), 1);
  const stream = world.streams.at(-1);
  for (let seed = 1; seed <= 2000; seed++) {
    const bytes = Uint8Array.from(
      { length: 64 },
      (_, at) => Math.imul(seed * 64 + at, 2654435761) >>> 24,
    );
    stream?.sendBytes(bytes);
  }
  stream?.send("\n\n" + frame("sync", of(7)));
  await world.clock.settle();
  assertEquals([read(world), stream?.isCancelled()], [7, false]);
  await world.client.close();
});

/** Counts the listeners that a signal has from now on. */
function countListeners(signal: AbortSignal): () => number {
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    count++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (
    ...args: Parameters<typeof removeEventListener>
  ) => {
    count--;
    removeEventListener.apply(signal, args);
  };
  return () => count;
}

Deno.test("ten thousand reconnects leave nothing behind", async () => {
  let [attempts, deadlines] = [0, 0];
  let countOpen = () => NaN;
  const world = createWorld(undefined, {
    longLived: true,
    connectTimeout: 50_000,
    readTimeout: 50_000,
    initTimeout: 60_000,
    maxStreamRetries: 20_000,
    sleep: (ms, signal) => {
      if (ms <= 30_000) {
        if (signal && Number.isNaN(countOpen())) {
          countOpen = countListeners(signal);
        }
        return Promise.resolve();
      }
      deadlines++;
      return new Promise((resolve) => {
        const end = () => (deadlines--, resolve());
        signal?.addEventListener("abort", end, { once: true });
      });
    },
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  world.answer = ({ path }) => {
    if (path !== "stream") return undefined;
    if (++attempts === 10_000) resolve();
    if (attempts > 10_000) return new Promise(() => {});
    if (attempts % 3 === 0) return status(500);
    return attempts % 3 === 1
      ? Promise.reject(new TypeError("reset"))
      : new Response(frame("sync", build()));
  };
  await world.client.waitForInitialization();
  await promise;
  await world.clock.settle();
  // The attempt that hangs has its deadline, and listens for the end.
  assertEquals([attempts, deadlines, countOpen()], [10_001, 1, 1]);
  await world.client.close();
  assertEquals([deadlines, countOpen()], [0, 0]);
});

Deno.test("a load after an outage replaces what is there", async () => {
  const world = await loadWorld(of(1), { longLived: true, streaming: false });
  world.snapshot = of(2, 0);
  await world.clock.advance(30_000);
  await world.client.refresh();
  assertEquals(read(world), 2);
});
