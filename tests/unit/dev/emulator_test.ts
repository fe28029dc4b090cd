import { assertEquals } from "@std/assert";
import { createPostHogEmulator } from "../../../src/dev/mod.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import { AI_V1_PATH, post, V1_PATH, wireEvent } from "./_requests.ts";

Deno.test("the emulator takes a Request, a URL or a string", async () => {
  const { fetch, requests } = createPostHogEmulator();
  const url = "http://localhost/nowhere";
  for (const input of [new Request(url), new URL(url), url]) {
    await (await fetch(input)).body?.cancel();
  }
  assertEquals(requests.map(({ url }) => url), [url, url, url]);
});

Deno.test("the emulator answers anything else with a 404 in JSON", async () => {
  const { fetch } = createPostHogEmulator();
  for (
    const path of ["/", "/e/", "/batch/x", "/flags/definitions", "/toString"]
  ) {
    const { status, text } = await post(fetch, path, {});
    assertEquals([status, JSON.parse(text).code], [404, "not_found"], path);
  }
});

Deno.test("the emulator answers 405 to a GET where it takes a POST", async () => {
  const { fetch } = createPostHogEmulator();
  for (const path of ["/batch", V1_PATH, AI_V1_PATH, "/flags"]) {
    const response = await fetch(`http://localhost${path}`);
    await response.body?.cancel();
    assertEquals(response.status, 405, path);
  }
});

Deno.test("the emulator records a request as it came", async () => {
  const clock = createFakeClock(7000);
  const { fetch, requests } = createPostHogEmulator({ clock });
  const body = { "api_key": "phc_test", batch: [wireEvent(1)] };
  await post(fetch, "/batch/?a=1&b", body, {
    headers: { "X-Test": "yes", authorization: "Bearer phx_s" },
  });
  const [request] = requests;
  assertEquals(request && { ...request, headers: undefined }, {
    method: "POST",
    url: "http://localhost/batch/?a=1&b",
    path: "/batch",
    query: { a: "1", b: "" },
    headers: undefined,
    body: JSON.parse(JSON.stringify(body)),
    bodyBytes: JSON.stringify(body).length,
    receivedAt: 7000,
    status: 200,
    answerHeaders: {
      "access-control-allow-origin": "*",
      "content-type": "application/json",
    },
    answerBytes: '{"status":"Ok"}'.length,
  });
  assertEquals(
    [request?.headers["x-test"], request?.headers["authorization"]],
    ["yes", "Bearer phx_s"],
  );
});

Deno.test("the emulator keeps the newest 10 000 requests", async () => {
  const { fetch, requests } = createPostHogEmulator();
  for (let n = 0; n < 10_002; n++) {
    await (await fetch(`http://localhost/${n}`)).body?.cancel();
  }
  assertEquals([requests.length, requests[0]?.path], [10_000, "/2"]);
});

Deno.test("the emulator keeps the newest requests as far as their bodies leave room", async () => {
  const { fetch, requests } = createPostHogEmulator();
  const body = JSON.stringify({ junk: "x".repeat(30 * 1024 * 1024) });
  for (let at = 0; at < 6; at++) await post(fetch, `/${at}`, body);
  assertEquals(requests.map(({ path }) => path), ["/2", "/3", "/4", "/5"]);
});

Deno.test("the emulator refuses a body that decompression makes enormous", async () => {
  const { fetch, requests } = createPostHogEmulator();
  const megabyte = new Uint8Array(1024 * 1024);
  let left = 101;
  const zeros = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(megabyte);
      else controller.close();
    },
  }).pipeThrough(new CompressionStream("gzip"));
  const response = await fetch("http://localhost/batch/", {
    method: "POST",
    headers: { "content-encoding": "gzip" },
    body: await new Response(zeros).arrayBuffer(),
  });
  assertEquals(
    [response.status, await response.text()],
    [400, "Bad request: the body can't be decoded: it is too large"],
  );
  assertEquals(requests[0]?.body, undefined);
});
