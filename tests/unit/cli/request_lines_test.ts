import { assertEquals } from "@std/assert";
import { createPostHogEmulator } from "edgehog/dev";
import { describeRequest } from "../../../scripts/cli/request_lines.ts";

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
