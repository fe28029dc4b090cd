import { assertEquals } from "@std/assert";
import { createPostHogEmulator } from "../../../src/dev/mod.ts";
import {
  getDefinitions,
  post,
  postBatch,
  V1_PATH,
  wireEvent,
} from "./_requests.ts";

const ORIGIN = "access-control-allow-origin";

Deno.test("pages of any origin may send events and ask for flags", async () => {
  const { fetch, failNext } = createPostHogEmulator();
  for (const path of ["/batch/", V1_PATH, "/flags/?v=4", "/i/v0/ai/batch/"]) {
    const preflight = await fetch(`http://localhost${path}`, {
      method: "OPTIONS",
      headers: {
        origin: "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    assertEquals([
      preflight.status,
      preflight.headers.get(ORIGIN),
      preflight.headers.get("access-control-allow-headers"),
    ], [204, "*", "authorization,content-type"]);
    const { headers } = await post(fetch, path, {});
    assertEquals(headers.get(ORIGIN), "*", path);
  }
  failNext({ status: 503 });
  const { status, headers } = await postBatch(fetch, wireEvent(1));
  assertEquals([status, headers.get(ORIGIN)], [503, "*"]);
});

Deno.test("a preflight is no request that a planned fault hits", async () => {
  const { fetch, failNext, getPlannedFaults } = createPostHogEmulator();
  failNext({ status: 503 });
  const { status } = await fetch("http://localhost/batch/", {
    method: "OPTIONS",
  });
  assertEquals([status, getPlannedFaults().length], [204, 1]);
});

Deno.test("definitions are for no page", async () => {
  const { fetch } = createPostHogEmulator();
  const { headers } = await getDefinitions(fetch);
  assertEquals(headers.get(ORIGIN), null);
});
