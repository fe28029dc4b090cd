import { assertEquals, assertMatch } from "@std/assert";
import { within } from "../../_kit/within.ts";
import {
  adapterTest,
  type Conversation,
  type Conversations,
  onlyRequest,
  uuidsOf,
} from "./_harness.ts";
import { CAPTURE_PATHS } from "../../_kit/capture_paths.ts";

const EVENT = { "distinct_id": "user-1", event: "seen" };

async function observeIsolation(talk: Conversation): Promise<void> {
  const other = talk.other(`${talk.id}-other`);
  await talk.start({ "enable_compression": true });
  await other.start();
  const { uuid } = await talk.post("/capture", EVENT);
  const { uuid: otherUuid } = await other.post("/capture", EVENT);
  await other.post("/capture", EVENT);
  assertEquals((await talk.state())["pending_events"], 1);
  await talk.post("/flush");
  assertEquals(other.requests(), []);
  assertEquals((await other.state())["pending_events"], 2);
  await other.post("/flush");

  const [request] = onlyRequest(talk);
  const [otherRequest] = onlyRequest(other);
  assertEquals(uuidsOf(request), [uuid]);
  assertEquals(uuidsOf(otherRequest)[0], otherUuid);
  assertEquals(
    [request, otherRequest].map(({ headers }) => headers["content-encoding"]),
    ["gzip", undefined],
  );
  assertEquals((await talk.state())["total_events_sent"], 1);
}

async function keepManyAlive(talk: Conversation): Promise<void> {
  const talks = Array.from(
    { length: 120 },
    (_, index) => talk.other(`${talk.id}-${index}`),
  );
  await Promise.all(talks.map((one) => one.start()));
  const receipts = await Promise.all(
    talks.map((one) => one.post("/capture", EVENT)),
  );
  await Promise.all(talks.map((one) => one.post("/flush")));
  assertEquals(
    talks.map((one) => uuidsOf(onlyRequest(one)[0])),
    receipts.map(({ uuid }) => [uuid]),
  );
}

async function resetInFlight(talk: Conversation): Promise<void> {
  await talk.start({ "max_retries": 2 });
  talk.script({ delayMs: 20_000 });
  await talk.post("/capture", EVENT);
  const flushed = talk.post("/flush");
  await talk.received(1);
  await talk.post("/reset");
  // Long before the mock would answer or the attempt's deadline would end it.
  const { events_flushed: count } = await within(flushed, 5000, "the abort");
  assertEquals(count, 0);
  assertEquals(talk.requests().map(({ status }) => status), [0]);
}

async function failEveryAttempt(talk: Conversation): Promise<void> {
  await talk.start({ "max_retries": 1 });
  talk.script({ status: 503 }, { status: 503 });
  const { uuid } = await talk.post("/capture", EVENT);
  const reply = await talk.call("POST", "/flush");
  assertEquals(reply, {
    status: 200,
    body: { success: true, "events_flushed": 0 },
  });

  const state = await talk.state();
  const made = state["requests_made"] as Record<string, unknown>[];
  assertMatch(String(state["last_error"]), /503/);
  assertEquals(made.map((one) => typeof one["timestamp_ms"]), [
    "number",
    "number",
  ]);
  assertEquals(
    { ...state, "last_error": "", "requests_made": made.map(withoutTime) },
    {
      "pending_events": 1,
      "total_events_captured": 1,
      "total_events_sent": 0,
      "total_retries": 1,
      "last_error": "",
      "requests_made": [0, 1].map((attempt) => ({
        "status_code": 503,
        "retry_attempt": attempt,
        "event_count": 1,
        "uuid_list": [uuid],
      })),
    },
  );
}

function withoutTime(
  { timestamp_ms: _, ...rest }: Record<string, unknown>,
): object {
  return rest;
}

const CONVERSATIONS: Conversations = {
  "/health tells capabilities without test_id (CAP-310, UPS-183)": async (
    talk,
  ) => {
    const { "sdk_version": version, ...rest } = await talk.call(
      "GET",
      "/health",
    ).then(({ body }) => body);
    assertMatch(String(version), /^\d+\.\d+\.\d+$/);
    assertEquals(rest, {
      "sdk_name": "edgehog",
      "adapter_version": "1.0.0",
      "supports_parallel": true,
      capabilities: [
        `capture_${talk.mode}`,
        `capture_ai_${talk.mode}`,
        ...(talk.mode === "v1" ? ["event_options"] : []),
        "encoding_gzip",
      ],
    });
  },
  "two test_ids share neither state, queue nor options (CAP-311)":
    observeIsolation,
  "every request carries the X-Test-Id of its client (CAP-311)": async (
    talk,
  ) => {
    await talk.start();
    await talk.post("/capture", EVENT);
    await talk.post("/capture_ai", { ...EVENT, event: "$ai_generation" });
    await talk.post("/get_feature_flag", { ...EVENT, key: "new-nav" });
    await talk.post("/flush");
    // The mock's requests of this conversation are those with its header.
    const paths = [undefined, CAPTURE_PATHS[talk.mode].ai, "/flags"];
    const counts = paths.map((path) => talk.requests(path).length);
    assertEquals(counts, [1, 1, 1]);
  },
  "more than a hundred clients live at once (CAP-311)": keepManyAlive,
  "/reset sends nothing that was queued (CAP-312)": async (talk) => {
    await talk.start();
    await talk.post("/capture", EVENT);
    await talk.start();
    assertEquals((await talk.state())["total_events_captured"], 0);
    assertEquals(await talk.post("/flush"), {
      success: true,
      "events_flushed": 0,
    });
    assertEquals(talk.requests(), []);
  },
  "/reset aborts a request that is under way (CAP-312)": resetInFlight,
  "/reset of an unknown test_id is a success (CAP-312)": async (talk) => {
    assertEquals(await talk.post("/reset"), { success: true });
  },
  "a second /init discards the first client unflushed (CAP-312)": async (
    talk,
  ) => {
    await talk.start();
    await talk.post("/capture", EVENT);
    await talk.post("/init", {
      "api_key": "phc_second",
      host: "http://127.0.0.1:9",
    });
    assertEquals((await talk.state())["pending_events"], 0);
    assertEquals(talk.requests(), []);
  },
  "/capture returns the uuid that the mock receives (CAP-313)": async (
    talk,
  ) => {
    await talk.start();
    const receipts = [
      await talk.post("/capture", EVENT),
      await talk.post("/capture", EVENT),
    ];
    const flushed = await talk.post("/flush");
    assertEquals(flushed["events_flushed"], 2);
    const uuids = receipts.map(({ uuid }) => uuid);
    assertEquals(uuidsOf(onlyRequest(talk)[0]), uuids);
  },
  "/flush is a 200 although every attempt failed (CAP-314)": failEveryAttempt,
  "null in a call means absent": async (talk) => {
    await talk.start({ "flush_at": null, "enable_compression": null });
    const nothing = { properties: null, timestamp: null, options: null };
    const receipt = await talk.post("/capture", { ...EVENT, ...nothing });
    assertEquals(receipt["success"], true);
  },
  "a malformed call is a 400": async (talk) => {
    const before = await talk.call("POST", "/capture", EVENT);
    await talk.start();
    const replies = [
      before,
      await talk.call("POST", "/capture", { event: "seen" }),
      await talk.call("POST", "/capture", { "distinct_id": "user-1" }),
      await talk.call("POST", "/capture", { ...EVENT, properties: [] }),
      await talk.call("POST", "/init", { host: "http://127.0.0.1:9" }),
      await talk.call("POST", "/get_feature_flag", { "distinct_id": "u" }),
    ];
    assertEquals(replies.map(({ status }) => status), replies.map(() => 400));
    assertEquals((await talk.call("GET", "/nowhere")).status, 404);
  },
};

adapterTest("adapter", "v0", CONVERSATIONS);
adapterTest("adapter", "v1", CONVERSATIONS);
