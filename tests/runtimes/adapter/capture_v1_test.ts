import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ReceivedRequest } from "edgehog/dev";
import {
  adapterTest,
  type Conversation,
  type Json,
  onlyRequest,
  uuidsOf,
} from "./_harness.ts";
import { CAPTURE_PATHS } from "../../_kit/capture_paths.ts";

const AI_PATH = CAPTURE_PATHS.v1.ai;
const EVENT = { "distinct_id": "user-1", event: "seen" };
const UUID = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

const OPTIONS = {
  "cookieless_mode": true,
  "disable_skew_correction": true,
  "process_person_profile": false,
  "product_tour_id": "tour-1",
};

function header(name: string): (request: ReceivedRequest) => unknown {
  return ({ headers }) => headers[name];
}

function createdAt({ body }: ReceivedRequest): unknown {
  return (body as Json)["created_at"];
}

/** Captures `count` events; their uuids. */
async function capture(talk: Conversation, count: number): Promise<string[]> {
  const uuids: string[] = [];
  for (let i = 0; i < count; i++) {
    uuids.push(String((await talk.post("/capture", EVENT))["uuid"]));
  }
  return uuids;
}

/** A scripted answer with a result for each event. */
function answer(results: Readonly<Record<string, string>>) {
  const entries = Object.entries(results);
  return {
    status: 200,
    body: {
      results: Object.fromEntries(
        entries.map(([uuid, result]) => [uuid, { result }]),
      ),
    },
  };
}

async function retryInPart(talk: Conversation): Promise<void> {
  await talk.start();
  const [a = "", b = "", c = "", d = ""] = await capture(talk, 4);
  talk.script(answer({ [a]: "ok", [b]: "retry", [c]: "drop", [d]: "retry" }));
  assertEquals((await talk.post("/flush"))["events_flushed"], 3);

  const requests = talk.requests();
  assertEquals(requests.map(uuidsOf), [[a, b, c, d], [b, d]]);
  assertEquals(requests.map(header("posthog-attempt")), ["1", "2"]);
  assertEquals(new Set(requests.map(header("posthog-request-id"))).size, 1);
  assertEquals(new Set(requests.map(createdAt)).size, 1);
  const stamps = requests.map(header("posthog-request-timestamp"));
  assertEquals(new Set(stamps).size, 2);
  const state = await talk.state();
  assertEquals(state["total_retries"], 1);
  assertEquals(state["total_events_sent"], 3);
  assertEquals(state["pending_events"], 0);
}

/** The contract's `event_options`. */
async function sendOptions(
  talk: Conversation,
  path: "/capture" | "/capture_ai",
): Promise<void> {
  await talk.start();
  await talk.post(path, {
    ...EVENT,
    event: "$ai_generation",
    properties: {
      $process_person_profile: true,
      $cookieless_mode: true,
      $product_tour_id: "tour_legacy",
    },
    options: {
      "process_person_profile": "no",
      "product_tour_id": null,
      "future_option": { nested: [1, "two"] },
    },
  });
  await talk.post("/flush");
  const lane = path === "/capture" ? undefined : AI_PATH;
  const [, [event]] = onlyRequest(talk, lane);
  assertEquals(event?.["options"], {
    "process_person_profile": "no",
    "cookieless_mode": true,
    "product_tour_id": "tour_legacy",
    "future_option": { nested: [1, "two"] },
  });
  assertEquals(event?.["properties"], { $is_server: true });
}

adapterTest("wire", "v1", {
  "the headers carry key, library, attempt and request (CAP-315)": async (
    talk,
  ) => {
    await talk.start();
    await capture(talk, 1);
    await talk.post("/flush");
    const [request] = onlyRequest(talk);
    const { headers } = request;
    assertMatch(request.url, /\/i\/v1\/analytics\/events$/);
    assertEquals(headers["authorization"], `Bearer phc_${talk.id}`);
    assertMatch(
      String(headers["posthog-sdk-info"]),
      /^edgehog\/\d+\.\d+\.\d+$/,
    );
    assertEquals(headers["user-agent"], headers["posthog-sdk-info"]);
    assertEquals(headers["posthog-attempt"], "1");
    assertMatch(String(headers["posthog-request-id"]), UUID);
    const stamp = Date.parse(String(headers["posthog-request-timestamp"]));
    assert(Math.abs(stamp - request.receivedAt) < 5000);
  },
  "the body holds neither key nor sent_at (CAP-315)": async (talk) => {
    await talk.start();
    await capture(talk, 1);
    await talk.post("/flush");
    const [{ body }] = onlyRequest(talk);
    assertEquals(Object.keys(body as Json).sort(), ["batch", "created_at"]);
  },
  "options are options of the event (CAP-315)": async (talk) => {
    await talk.start();
    const properties = { $session_id: "s1", $window_id: "w1", kept: true };
    await talk.post("/capture", { ...EVENT, properties, options: OPTIONS });
    await talk.post("/flush");
    const [, [event]] = onlyRequest(talk);
    assertEquals(event?.["options"], OPTIONS);
    assertEquals([event?.["session_id"], event?.["window_id"]], ["s1", "w1"]);
    assertEquals(event?.["properties"], { kept: true, $is_server: true });
  },
  "an event without options has an empty block (CAP-315)": async (talk) => {
    await talk.start();
    const options = { "process_person_profile": null };
    await talk.post("/capture", { ...EVENT, options });
    await talk.post("/flush");
    assertEquals(onlyRequest(talk)[1][0]?.["options"], {});
  },
  ...Object.fromEntries(
    (["/capture", "/capture_ai"] as const).map((path) => [
      `options go out as they were given, before the properties of old: ${path} (UPS-021, UPS-022, UPS-023, UPS-024, UPS-183)`,
      (talk: Conversation) => sendOptions(talk, path),
    ]),
  ),
  "only the events to retry travel again, in the same request (CAP-315)":
    retryInPart,
  "unknown and missing results are final (CAP-315)": async (talk) => {
    await talk.start();
    const [a = ""] = await capture(talk, 2);
    talk.script(answer({ [a]: "unheard-of" }));
    assertEquals((await talk.post("/flush"))["events_flushed"], 2);
    assertEquals(talk.requests().length, 1);
  },
  "a success that can't be read is not sent again (CAP-315)": async (talk) => {
    await talk.start();
    await capture(talk, 1);
    talk.script({ status: 200, body: "so be it" });
    await talk.post("/flush");
    assertEquals(talk.requests().length, 1);
    assertEquals((await talk.state())["pending_events"], 0);
  },
  ...Object.fromEntries([404, 429].map((status) => [
    `a ${status} ends the cycle and keeps the events (CAP-315, UPS-013)`,
    async (talk: Conversation) => {
      await talk.start();
      const uuids = await capture(talk, 1);
      talk.script({ status });
      await talk.post("/flush");
      assertEquals(talk.requests().map(uuidsOf), [uuids]);
      const state = await talk.state();
      assertEquals(state["pending_events"], 1);
      assertMatch(String(state["last_error"]), RegExp(`${status}`));
    },
  ])),
  "AI events go to a path of their own, with the uuid given (UPS-003, UPS-183)":
    async (talk) => {
      await talk.start({ "enable_compression": true });
      const uuid = "0197b5e0-0000-7000-8000-000000000001";
      const event = { ...EVENT, event: "$ai_generation" };
      const receipt = await talk.post("/capture_ai", { ...event, uuid });
      await talk.post("/flush");
      const [request, [sent]] = onlyRequest(talk, AI_PATH);
      assertEquals(receipt, { success: true, uuid });
      assertEquals([sent?.["event"], sent?.["options"]], [event.event, {}]);
      assertEquals(uuidsOf(request), [uuid]);
      assertMatch(request.url, /\/i\/v1\/ai\/events$/);
      assertEquals(request.headers["authorization"], `Bearer phc_${talk.id}`);
      assertEquals(request.headers["content-encoding"], "gzip");
      assertEquals(talk.requests(), []);
    },
  "the name of an event chooses no lane (UPS-005, UPS-183)": async (talk) => {
    await talk.start();
    await talk.post("/capture", { ...EVENT, event: "$ai_generation" });
    await talk.post("/flush");
    assertEquals(onlyRequest(talk)[1].length, 1);
    assertEquals(talk.requests(AI_PATH), []);
  },
  "of AI events only those to retry travel again (UPS-017, UPS-183)": async (
    talk,
  ) => {
    await talk.start();
    const event = { ...EVENT, event: "$ai_span" };
    const uuids: string[] = [];
    for (let i = 0; i < 2; i++) {
      uuids.push(String((await talk.post("/capture_ai", event))["uuid"]));
    }
    const [a = "", b = ""] = uuids;
    talk.script(answer({ [a]: "ok", [b]: "retry" }));
    assertEquals((await talk.post("/flush"))["events_flushed"], 2);
    assertEquals(talk.requests(AI_PATH).map(uuidsOf), [uuids, [b]]);
  },
  "a batch sent in a later cycle is a new request (CAP-315)": async (talk) => {
    await talk.start({ "max_retries": 0 });
    const uuids = await capture(talk, 1);
    talk.script({ status: 503 });
    await talk.post("/flush");
    await talk.post("/flush");
    const requests = talk.requests();
    assertEquals(requests.map(uuidsOf), [uuids, uuids]);
    assertEquals(requests.map(header("posthog-attempt")), ["1", "1"]);
    assertEquals(new Set(requests.map(header("posthog-request-id"))).size, 2);
  },
});

adapterTest("wire by deflate", "v1", {
  "both lanes are deflated, and /health says so (UPS-007, UPS-183)": async (
    talk,
  ) => {
    const { body } = await talk.call("GET", "/health");
    assert((body["capabilities"] as string[]).includes("encoding_deflate"));
    await talk.start({ "enable_compression": true });
    await talk.post("/capture", EVENT);
    await talk.post("/capture_ai", { ...EVENT, event: "$ai_span" });
    assertEquals((await talk.post("/flush"))["events_flushed"], 2);
    for (const path of [undefined, AI_PATH]) {
      const [{ headers }] = onlyRequest(talk, path);
      assertEquals(headers["content-encoding"], "deflate");
    }
  },
}, "deflate");
