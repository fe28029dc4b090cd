import { assertEquals, assertRejects } from "@std/assert";
import { createRecordingFetch } from "../../../src/testing/recording_fetch.ts";
import { gzip } from "../dev/_requests.ts";

Deno.test("createRecordingFetch() records requests with their decoded bodies", async () => {
  const { fetch, requests, unplanned } = createRecordingFetch(() =>
    new Response("ok")
  );
  const headers = { "Content-Encoding": "gzip", "X-Test": "1" };
  await (await fetch("http://localhost/a/?x=1", {
    method: "POST",
    body: await gzip('{"n":1}'),
    headers,
  })).text();
  await (await fetch("http://localhost/b", { method: "POST", body: "no json" }))
    .text();
  assertEquals(
    requests.map(({ method, path, query, body }) => ({
      method,
      path,
      query,
      body,
    })),
    [
      { method: "POST", path: "/a", query: { x: "1" }, body: { n: 1 } },
      { method: "POST", path: "/b", query: {}, body: "no json" },
    ],
  );
  assertEquals([requests[0]?.headers["x-test"], unplanned.length], ["1", 0]);
});

Deno.test("createRecordingFetch() refuses what nobody planned, and says so twice", async () => {
  const { fetch, requests, unplanned } = createRecordingFetch();
  await assertRejects(
    () => fetch("http://localhost/x"),
    TypeError,
    "Nobody planned the request GET http://localhost/x",
  );
  assertEquals([requests.length, unplanned.map(({ path }) => path)], [1, [
    "/x",
  ]]);
});

Deno.test("createRecordingFetch() gives up with its caller's signal, even where the handler hangs", async () => {
  const { fetch, requests } = createRecordingFetch(() => new Promise(() => {}));
  const controller = new AbortController();
  const answer = fetch("http://localhost/x", { signal: controller.signal });
  const rejected = assertRejects(() => answer, DOMException, "enough");
  controller.abort(new DOMException("enough", "AbortError"));
  await rejected;
  assertEquals(requests.length, 1);
});
