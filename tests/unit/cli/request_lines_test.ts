import { assert, assertEquals } from "@std/assert";
import { describeRequest } from "../../../scripts/cli/request_lines.ts";
import {
  createPostHogEmulator,
  type ReceivedRequest,
} from "../../../src/dev/mod.ts";

/** What an emulator keeps of a request with two events, with another status. */
async function receive(status: number): Promise<ReceivedRequest> {
  const emulator = createPostHogEmulator();
  const events = ["page viewed", "order placed"];
  const response = await emulator.fetch("http://localhost:8010/batch/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      api_key: "phc_local",
      batch: events.map((event) => ({ event, distinct_id: "user-1" })),
    }),
  });
  await response.body?.cancel();
  const [request] = emulator.requests;
  assert(request);
  return { ...request, status };
}

Deno.test("a request is one line, with the names of its events", async () => {
  assertEquals(
    describeRequest(await receive(200)),
    "200 POST /batch  page viewed, order placed",
  );
});

Deno.test("a request that got no answer says so in words", async () => {
  assertEquals(
    describeRequest(await receive(0)),
    "--- POST /batch  page viewed, order placed  (the connection broke off)",
  );
});

Deno.test("a request's line has the names of its events, and nothing that a terminal would obey", async () => {
  const { fetch, requests } = createPostHogEmulator();
  const names = [
    "order placed",
    "\u001b[2J\u009b2J\nnext",
    // What has no text at all.
    { toString: 1, valueOf: 1 },
    null,
  ];
  const response = await fetch("http://localhost/batch/", {
    method: "POST",
    body: JSON.stringify({
      "api_key": "phc_x",
      batch: names.map((event) => ({ event })),
    }),
  });
  await response.body?.cancel();
  assertEquals(requests.map(describeRequest), [
    "400 POST /batch  order placed, \\u001b[2J\\u009b2J\\u000anext",
  ]);
});
