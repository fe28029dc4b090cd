import { assertEquals } from "@std/assert";
import {
  createFeatureflipEmulator,
  type FeatureflipEmulator,
} from "../../../src/dev/mod.ts";

async function ask(
  { fetch }: FeatureflipEmulator,
  path: string,
  init: RequestInit = {},
  key = "sdk",
): Promise<[status: number, body: unknown]> {
  const response = await fetch(`http://localhost/v1/sdk/${path}`, {
    headers: { authorization: key },
    ...init,
  });
  const text = await response.text();
  return [response.status, text && JSON.parse(text)];
}

/** Reads a stream as far as it has come. */
async function open({ fetch }: FeatureflipEmulator) {
  const cancel = new AbortController();
  const response = await fetch("http://localhost/v1/sdk/stream", {
    headers: { authorization: "sdk" },
    signal: cancel.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream())
    .getReader();
  return { response, cancel, read: async () => (await reader?.read())?.value };
}

Deno.test("Featureflip's emulator serves all flags, and one", async () => {
  const emulator = createFeatureflipEmulator({
    flags: { on: true, tier: "pro", limit: 5, theme: { a: 1 } },
    segments: [{ key: "staff", conditionLogic: "Or", conditions: [] }],
  });
  const [status, body] = await ask(emulator, "flags");
  const { flags, segments } = body as {
    flags: { key: string; type: string }[];
    segments: unknown[];
  };
  assertEquals(status, 200);
  assertEquals(flags.map(({ key, type }) => [key, type]), [
    ["on", "Boolean"],
    ["tier", "String"],
    ["limit", "Number"],
    ["theme", "Json"],
  ]);
  assertEquals(segments.length, 1);
  assertEquals(await ask(emulator, "flags/tier"), [200, flags[1]]);
  assertEquals((await ask(emulator, "flags/gone"))[0], 404);
  assertEquals((await ask(emulator, "evaluate", { method: "POST" }))[0], 404);
});

Deno.test("it takes definitions as they are, and keys with slashes", async () => {
  const definition = {
    key: "a/b ü",
    type: "Boolean",
    fallthrough: { type: "Fixed" },
  };
  const emulator = createFeatureflipEmulator({ flags: [definition] });
  const path = `flags/${encodeURIComponent("a/b ü")}`;
  assertEquals(await ask(emulator, path), [200, definition]);
  emulator.setFlag("other", definition);
  assertEquals(await ask(emulator, "flags/other"), [200, {
    version: 2,
    ...definition,
    key: "other",
  }]);
});

Deno.test("it wants a key: any, or the one it was given", async () => {
  const open = createFeatureflipEmulator();
  assertEquals((await ask(open, "flags", { headers: {} }))[0], 401);
  const strict = createFeatureflipEmulator({ sdkKey: "right" });
  assertEquals((await ask(strict, "flags"))[0], 401);
  assertEquals((await ask(strict, "flags", {}, "right"))[0], 200);
});

Deno.test("it keeps events, and refuses bodies without any", async () => {
  const emulator = createFeatureflipEmulator();
  const event = { type: "Custom", flagKey: "paid", timestamp: "t" };
  const post = (body: unknown) =>
    ask(emulator, "events", { method: "POST", body: JSON.stringify(body) });
  assertEquals(await post({ events: [event] }), [202, ""]);
  assertEquals((await post({}))[0], 400);
  assertEquals(emulator.events, [event]);
  emulator.reset();
  assertEquals([emulator.events.length, emulator.requests.length], [0, 0]);
});

Deno.test("its streams begin with all flags and hear of every change", async () => {
  const emulator = createFeatureflipEmulator({ flags: { on: true } });
  const { read, response, cancel } = await open(emulator);
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  assertEquals((await read())?.startsWith("event: sync\ndata: {"), true);
  assertEquals(emulator.openStreams, 1);
  emulator.setFlag("on", false);
  assertEquals(
    await read(),
    'event: flag.updated\ndata: {"key":"on","version":2}\n\n',
  );
  emulator.setFlag("new", 1);
  assertEquals(
    await read(),
    'event: flag.created\ndata: {"key":"new","version":3}\n\n',
  );
  emulator.deleteFlag("on");
  assertEquals(await read(), 'event: flag.deleted\ndata: {"key":"on"}\n\n');
  emulator.setFlags({ only: 1 });
  assertEquals((await read())?.includes('"key":"only"'), true);
  emulator.sendRaw("half a fr");
  assertEquals(await read(), "half a fr");
  cancel.abort();
  assertEquals([await read(), emulator.openStreams], [undefined, 0]);
});

Deno.test("its streams end when it drops them, and when they are cancelled", async () => {
  const emulator = createFeatureflipEmulator();
  const dropped = await open(emulator);
  await dropped.read();
  emulator.dropStreams();
  assertEquals([await dropped.read(), emulator.openStreams], [undefined, 0]);
  const response = await emulator.fetch("http://localhost/v1/sdk/stream", {
    headers: { authorization: "sdk" },
  });
  assertEquals(emulator.openStreams, 1);
  await response.body?.cancel();
  assertEquals(emulator.openStreams, 0);
});

Deno.test("it fails on demand, by endpoint", async () => {
  const emulator = createFeatureflipEmulator();
  emulator.failNext({ path: "/v1/sdk/stream", status: 503, retryAfter: 5 });
  assertEquals((await ask(emulator, "flags"))[0], 200);
  const { response } = await open(emulator);
  assertEquals([response.status, response.headers.get("retry-after")], [
    503,
    "5",
  ]);
  await response.body?.cancel().catch(() => {});
});
