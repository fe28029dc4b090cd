import { assertEquals, assertStringIncludes } from "@std/assert";
import { createPostHogEmulator } from "../../../src/dev/mod.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import { gzip, post, postBatch, uuid, wireEvent } from "./_requests.ts";

Deno.test("the emulator accepts a batch and shows its events", async () => {
  const clock = createFakeClock(5000);
  const { fetch, events } = createPostHogEmulator({ clock });
  const { status, text, headers } = await postBatch(
    fetch,
    wireEvent(1),
    wireEvent(2, { event: "refund" }),
  );
  assertEquals(status, 200);
  assertEquals(JSON.parse(text), { status: "Ok" });
  assertEquals(headers.get("content-type"), "application/json");
  assertEquals(events, [
    {
      uuid: uuid(1),
      event: "order placed",
      distinctId: "user-1",
      properties: { n: 1 },
      timestamp: "2026-01-01T00:00:00.000Z",
      lane: "analytics",
      receivedAt: 5000,
      arrival: 1,
    },
    {
      uuid: uuid(2),
      event: "refund",
      distinctId: "user-1",
      properties: { n: 2 },
      timestamp: "2026-01-01T00:00:00.000Z",
      lane: "analytics",
      receivedAt: 5000,
      arrival: 1,
    },
  ]);
});

Deno.test("the emulator lists an event each time it arrives and counts", async () => {
  const { fetch, events } = createPostHogEmulator();
  await postBatch(fetch, wireEvent(1));
  await postBatch(
    fetch,
    wireEvent(2),
    wireEvent(1, { uuid: uuid(1).toUpperCase() }),
  );
  assertEquals(events.map(({ arrival }) => arrival), [1, 1, 2]);
});

Deno.test("the emulator takes /batch with and without a slash, plain and gzipped", async () => {
  const { fetch, events, requests } = createPostHogEmulator();
  const text = JSON.stringify({ api_key: "phc_test", batch: [wireEvent(1)] });
  const gzipped = {
    body: await gzip(text),
    headers: { "content-encoding": "gzip" },
  };
  for (const path of ["/batch", "/batch/"]) {
    for (const init of [{}, gzipped]) {
      assertEquals((await post(fetch, path, text, init)).status, 200, path);
    }
  }
  assertEquals(events.length, 4);
  assertEquals(requests.map(({ path }) => path), [
    "/batch",
    "/batch",
    "/batch",
    "/batch",
  ]);
  assertEquals(
    requests.map(({ body }) => body),
    Array(4).fill(JSON.parse(text)),
  );
  assertEquals(requests[1]?.bodyBytes, gzipped.body.byteLength);
});

const REFUSED: readonly {
  readonly name: string;
  readonly body: unknown;
  readonly status: number;
  readonly says: string;
}[] = [
  { name: "an empty body", body: "", status: 400, says: "empty" },
  { name: "no JSON", body: "{", status: 400, says: "not JSON" },
  { name: "an array", body: [], status: 400, says: "not an object" },
  {
    name: "no api_key",
    body: { batch: [wireEvent(1)] },
    status: 401,
    says: "No api_key",
  },
  {
    name: "a blank api_key",
    body: { api_key: " ", batch: [wireEvent(1)] },
    status: 401,
    says: "not valid",
  },
  {
    name: "a secret as api_key",
    body: { api_key: "phx_s", batch: [wireEvent(1)] },
    status: 401,
    says: "not valid",
  },
  {
    name: "no batch",
    body: { api_key: "phc_test" },
    status: 400,
    says: "no event",
  },
  {
    name: "an empty batch",
    body: { api_key: "phc_test", batch: [] },
    status: 400,
    says: "no event",
  },
  ...[
    { name: "no object", event: 1, says: "batch[1] is not" },
    {
      name: "no uuid",
      event: wireEvent(2, { uuid: undefined }),
      says: "batch[1].uuid",
    },
    {
      name: "no event name",
      event: wireEvent(2, { event: "" }),
      says: "batch[1].event",
    },
    {
      name: "no distinct id",
      event: wireEvent(2, { distinct_id: undefined }),
      says: "batch[1].distinct_id",
    },
    {
      name: "a number as distinct id",
      event: wireEvent(2, { distinct_id: 7 }),
      says: "batch[1].distinct_id",
    },
    {
      name: "no timestamp",
      event: wireEvent(2, { timestamp: undefined }),
      says: "batch[1].timestamp",
    },
    {
      name: "no date as timestamp",
      event: wireEvent(2, { timestamp: "soon" }),
      says: "batch[1].timestamp",
    },
    {
      name: "a list as properties",
      event: wireEvent(2, { properties: [] }),
      says: "batch[1].properties",
    },
  ].map(({ name, event, says }) => ({
    name: `an event with ${name}`,
    body: { api_key: "phc_test", batch: [wireEvent(1), event] },
    status: 400,
    says,
  })),
];

for (const { name, body, status, says } of REFUSED) {
  Deno.test(`the emulator refuses a batch: ${name}`, async () => {
    const { fetch, events } = createPostHogEmulator();
    const answered = await post(fetch, "/batch/", body);
    assertEquals(answered.status, status);
    assertStringIncludes(answered.text, says);
    assertEquals(events, []);
  });
}

Deno.test("the emulator answers 400 to a body that is not what its encoding says", async () => {
  const { fetch, events, requests } = createPostHogEmulator();
  for (const encoding of ["gzip", "br"]) {
    const headers = { "content-encoding": encoding };
    assertEquals(
      (await post(fetch, "/batch/", "plain", { headers })).status,
      400,
    );
  }
  assertEquals(events, []);
  assertEquals(requests.map(({ body }) => body), [undefined, undefined]);
});

Deno.test("the emulator knows only its project's key when one is named", async () => {
  const { fetch, events } = createPostHogEmulator({ projectToken: "phc_mine" });
  assertEquals((await postBatch(fetch, wireEvent(1))).status, 401);
  assertEquals(
    (await post(fetch, "/batch/", {
      api_key: "phc_mine",
      batch: [wireEvent(1)],
    })).status,
    200,
  );
  assertEquals(events.length, 1);
});

Deno.test("the emulator answers 200 and drops events when their quota is used up", async () => {
  const emulator = createPostHogEmulator();
  emulator.setQuotaLimited(["events"]);
  const { status, text } = await postBatch(emulator.fetch, wireEvent(1));
  assertEquals([status, JSON.parse(text)], [200, {
    status: "Ok",
    quota_limited: ["events"],
  }]);
  emulator.setQuotaLimited([]);
  await postBatch(emulator.fetch, wireEvent(2));
  assertEquals(emulator.events.map((event) => event.uuid), [uuid(2)]);
});

const AI_BODY = { api_key: "phc_test", batch: [wireEvent(1)] };

Deno.test("the emulator lists what arrives at the AI endpoint with its lane", async () => {
  const { fetch, events, requests } = createPostHogEmulator();
  await postBatch(fetch, wireEvent(2));
  const { status, text } = await post(fetch, "/i/v0/ai/batch/", AI_BODY);
  assertEquals([status, JSON.parse(text)], [200, { status: "Ok" }]);
  assertEquals(events.map(({ uuid, lane }) => [uuid, lane]), [
    [uuid(2), "analytics"],
    [uuid(1), "ai"],
  ]);
  assertEquals(requests[1]?.path, "/i/v0/ai/batch");
});

Deno.test("the emulator knows the AI endpoint with its trailing slash only", async () => {
  const { fetch, events } = createPostHogEmulator();
  const { status, text } = await post(fetch, "/i/v0/ai/batch", AI_BODY);
  assertEquals(status, 404);
  assertStringIncludes(text, "There is no POST /i/v0/ai/batch");
  assertEquals(events, []);
});

Deno.test("the emulator refuses at the AI endpoint what it refuses at /batch", async () => {
  const { fetch, events } = createPostHogEmulator({ projectToken: "phc_mine" });
  const statuses = [];
  for (const body of [AI_BODY, { api_key: "phc_mine", batch: [] }]) {
    statuses.push((await post(fetch, "/i/v0/ai/batch/", body)).status);
  }
  assertEquals([statuses, events], [[401, 400], []]);
});
