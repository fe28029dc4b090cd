import { assertEquals } from "@std/assert";
import type { RequestScope } from "edgehog";
import type { RequestPlugin } from "edgehog/hono";
import { runHono } from "./_hono.ts";

Deno.test("plugins run around Hono's handlers, and the response of one takes the place of the handler's (EDGE-350)", async () => {
  const trail: string[] = [];
  const plugin: RequestPlugin<RequestScope> = {
    name: "cookie",
    onRequest(hog, request) {
      trail.push(`in ${request.method}`);
      hog.setContext({ distinctId: "user-1" });
    },
    onResponse(_hog, _request, response) {
      trail.push(`out ${response.status}`);
      const headers = new Headers(response.headers);
      headers.set("cache-control", "private");
      return new Response(response.body, { status: response.status, headers });
    },
  };
  const { emulator, answer } = await runHono((_c, hog) => {
    hog.capture({ event: "viewed" });
    return new Response("ok", { headers: { "cache-control": "public" } });
  }, { middleware: { plugins: [plugin] } });
  assertEquals(trail, ["in GET", "out 200"]);
  // Hono's own way to set a response would keep the header of before.
  assertEquals(
    [await answer?.text(), answer?.headers.get("cache-control")],
    ["ok", "private"],
  );
  assertEquals(emulator.events.map(({ distinctId }) => distinctId), ["user-1"]);
});

Deno.test("plugins don't see the answer to what a handler threw, which stays as it is (EDGE-350)", async () => {
  let count = 0;
  const { answer } = await runHono(() => {
    throw new Error("boom");
  }, {
    middleware: { plugins: [{ name: "a", onResponse: () => void count++ }] },
  });
  assertEquals([answer?.status, count], [500, 0]);
});

for (const plugins of [5, [null, undefined], { length: 1 }] as const) {
  Deno.test(`plugins that are none, ${JSON.stringify(plugins)}, break no request (EDGE-004)`, async () => {
    const { answer } = await runHono(() => new Response("ok"), {
      middleware: { plugins: plugins as never },
    });
    assertEquals(await answer?.text(), "ok");
  });
}
