import { assertEquals, assertMatch } from "@std/assert";
import {
  adapterTest,
  type Conversation,
  eventsOf,
  type Json,
  onlyRequest,
  uuidsOf,
} from "./_harness.ts";
import { CAPTURE_PATHS } from "../../_kit/capture_paths.ts";

const EVENT = { "distinct_id": "user-1", event: "seen" };
const AI_EVENT = { "distinct_id": "user-1", event: "$ai_generation" };
const AI_PATH = CAPTURE_PATHS.v0.ai;
const UUID = "0197b5e0-0000-7000-8000-000000000001";

async function sendByTwoLanes(talk: Conversation): Promise<void> {
  await talk.start({ "max_retries": 0 });
  const { uuid } = await talk.post("/capture", EVENT);
  const { uuid: aiUuid } = await talk.post("/capture_ai", AI_EVENT);
  // One of the two lanes meets it, whichever sends first.
  talk.script({ status: 503 });
  assertEquals((await talk.post("/flush"))["events_flushed"], 1);
  assertEquals((await talk.state())["pending_events"], 1);
  assertEquals((await talk.post("/flush"))["events_flushed"], 1);
  const paths = [talk.requests(), talk.requests(AI_PATH)];
  const delivered = paths.map((requests) =>
    requests.filter(({ status }) => status === 200).map(uuidsOf)
  );
  assertEquals(delivered, [[[uuid]], [[aiUuid]]]);
}

adapterTest("wire", "v0", {
  "the key travels in the body of /batch/ (CAP-315)": async (talk) => {
    await talk.start();
    await talk.post("/capture", EVENT);
    await talk.post("/flush");
    const [request] = onlyRequest(talk);
    const body = request.body as Json;
    assertMatch(request.url, /\/batch\/$/);
    assertEquals(body["api_key"], `phc_${talk.id}`);
    assertMatch(String(body["sent_at"]), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assertEquals(request.headers["authorization"], undefined);
    const [event] = eventsOf(request);
    assertEquals((event?.["properties"] as Json)["$lib"], "edgehog");
  },
  "options are properties (CAP-315)": async (talk) => {
    await talk.start();
    const options = {
      "cookieless_mode": true,
      "disable_skew_correction": true,
      "process_person_profile": false,
      "product_tour_id": "tour-1",
    };
    await talk.post("/capture", { ...EVENT, options });
    await talk.post("/flush");
    const [, [event]] = onlyRequest(talk);
    const properties = event?.["properties"] as Json;
    assertEquals(
      [
        "$cookieless_mode",
        "$ignore_sent_at",
        "$process_person_profile",
        "$product_tour_id",
      ].map((name) => properties[name]),
      [true, true, false, "tour-1"],
    );
    assertEquals(event?.["options"], undefined);
  },
  "AI events go to a path of their own, with the uuid given (CAP-315)": async (
    talk,
  ) => {
    await talk.start({ "enable_compression": true });
    const receipt = await talk.post("/capture_ai", { ...AI_EVENT, uuid: UUID });
    await talk.post("/flush");
    const [request] = onlyRequest(talk, AI_PATH);
    assertEquals(receipt, { success: true, uuid: UUID });
    assertEquals(uuidsOf(request), [UUID]);
    assertMatch(request.url, /\/i\/v0\/ai\/batch\/$/);
    assertEquals(request.headers["content-encoding"], "gzip");
    assertEquals(talk.requests(), []);
  },
  "the name of an event chooses no lane (CAP-315)": async (talk) => {
    await talk.start();
    await talk.post("/capture", AI_EVENT);
    await talk.post("/flush");
    assertEquals(onlyRequest(talk)[1].length, 1);
    assertEquals(talk.requests(AI_PATH), []);
  },
  "a failing lane holds up no other (CAP-315)": sendByTwoLanes,
});
