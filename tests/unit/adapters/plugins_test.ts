import { assert, assertEquals, assertRejects } from "@std/assert";
import { createNext, type KernelScope, type RequestPlugin } from "edgehog/next";
import { createTestClient } from "edgehog/testing";

type Plugin = RequestPlugin;

const context = { params: Promise.resolve({}) };
const request = () => new Request("https://shop.example/");

/** A plugin that writes down when it runs. */
function createPlugin(name: string, trail: string[]): Plugin {
  return {
    name,
    onRequest: () => void trail.push(`${name} in`),
    onResponse: () => void trail.push(`${name} out`),
  };
}

/** What `use` takes: a feature that has no verbs, and takes part in requests. */
const toFeature = (plugin: Plugin) => ({
  ...plugin,
  verbs: [],
  check: () => ({}),
  make: () => ({ verbs: {} }),
});

/** Runs a handler between plugins: those of the client's `use`, and those of one place. */
async function runWith(
  plugins: readonly Plugin[],
  handler: (hog: KernelScope) => Response = () => new Response("ok"),
  used: readonly Plugin[] = [],
) {
  const client = createTestClient({ use: used.map(toFeature) });
  const next = createNext(client.posthog, { plugins });
  const GET = next.route((_request, _context, hog) => handler(hog));
  const running = GET(request(), context);
  // It may end while the clock goes on, before the test looks.
  running.catch(() => {});
  // More than any plugin may take.
  await client.clock.advance(10_000);
  return { ...client, running };
}

Deno.test("plugins see the request in their order, and the response in the reverse (EDGE-008, EDGE-350)", async () => {
  const trail: string[] = [];
  const plugins = ["a", "b"].map((name) => createPlugin(name, trail));
  const { running } = await runWith(plugins, () => {
    trail.push("handler");
    return new Response();
  });
  await running;
  assertEquals(trail, ["a in", "b in", "handler", "b out", "a out"]);
});

Deno.test("a plugin fills the scope, and its response takes the place of the handler's", async () => {
  const { running, emulator } = await runWith(
    [
      {
        name: "header",
        onResponse: (_hog, _request, response) => {
          return new Response(response.body, { headers: { "x-seen": "1" } });
        },
      },
      {
        name: "identity",
        onRequest: (hog) => hog.setContext({ distinctId: "user-1" }),
      },
    ],
    (hog) => {
      hog.capture({ event: "viewed" });
      return new Response("ok");
    },
  );
  const response = await running;
  assertEquals([await response.text(), response.headers.get("x-seen")], [
    "ok",
    "1",
  ]);
  assertEquals(emulator.events.map(({ distinctId }) => distinctId), ["user-1"]);
});

Deno.test("plugins of the client's 'use' come first, and see the response last (EDGE-008, EDGE-350)", async () => {
  const trail: string[] = [];
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) =>
    createPlugin(name, trail)
  );
  assert(a && b && c && d);
  const { running, errors } = await runWith([c, d], undefined, [a, b]);
  await running;
  const order = ["a", "b", "c", "d"];
  assertEquals([trail, errors], [
    [
      ...order.map((name) => `${name} in`),
      ...order.reverse().map((name) => `${name} out`),
    ],
    [],
  ]);
});

const FAULTS: readonly (readonly [what: string, plugin: Plugin])[] = [
  ["throws at the request", {
    name: "bad",
    onRequest() {
      throw new Error("no");
    },
  }],
  ["rejects at the response", {
    name: "bad",
    onResponse: () => Promise.reject(new Error("no")),
  }],
  ["hangs at the request", {
    name: "bad",
    onRequest: () => new Promise<void>(() => {}),
  }],
  ["hangs at the response", {
    name: "bad",
    onResponse: () => new Promise<void>(() => {}),
  }],
  ["answers with something else", {
    name: "bad",
    onResponse: () => "text" as never,
  }],
];

for (const [what, plugin] of FAULTS) {
  for (const place of ["use", "plugins"]) {
    Deno.test(`a plugin in '${place}' that ${what} is skipped with one CallbackError, and the others run (EDGE-004, EDGE-008)`, async () => {
      const trail: string[] = [];
      const used = [createPlugin("a", trail)];
      const plugins = [createPlugin("b", trail), createPlugin("c", trail)];
      if (place === "use") used.push(plugin);
      else plugins.splice(1, 0, plugin);
      const { running, errors } = await runWith(plugins, undefined, used);
      assertEquals(await (await running).text(), "ok");
      const order = ["a in", "b in", "c in", "c out", "b out", "a out"];
      assertEquals(trail, order);
      assertEquals(
        errors.map(({ code, message }) => [code, /'bad'/.test(message)]),
        [["callback", true]],
      );
    });
  }
}

Deno.test("plugins don't see the response of a handler that throws, or gives none (EDGE-008)", async () => {
  const trail: string[] = [];
  const thrown = await runWith([createPlugin("a", trail)], () => {
    throw new Error("boom");
  });
  await assertRejects(() => thrown.running, Error, "boom");
  const none = await runWith(
    [createPlugin("a", trail)],
    () => undefined as never,
  );
  assertEquals(await none.running, undefined);
  assertEquals(trail, ["a in", "a in"]);
});

Deno.test("a handler runs with its scope at hand, where the application keeps one", async () => {
  let current: unknown;
  const contextStorage = {
    run<T>(value: unknown, work: () => T): T {
      current = value;
      return work();
    },
    getStore: () => current,
  };
  const { posthog } = createTestClient({ contextStorage });
  let seen: unknown;
  const GET = createNext(posthog).route((_request, _context, hog) => {
    seen = current === hog;
    return new Response();
  });
  await GET(request(), context);
  assertEquals(seen, true);
});
