import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  adapterTest,
  type Conversation,
  type Conversations,
  eventsOf,
  type Json,
  onlyRequest,
  uuidsOf,
} from "./_harness.ts";

const EVENT = { "distinct_id": "user-1", event: "seen" };

/** Captures and flushes; the event as the mock got it. */
async function send(
  talk: Conversation,
  message: object = {},
  options: object = {},
): Promise<Json> {
  await talk.start(options);
  await talk.post("/capture", { ...EVENT, ...message });
  await talk.post("/flush");
  const [, [event]] = onlyRequest(talk);
  if (!event) throw new Error("Expected an event");
  return event;
}

function propertiesOf({ properties }: Json): Json {
  return properties as Json;
}

/** Fails the first attempt with the status; the second one carries the same events. */
function retryAfter(status: number) {
  return async (talk: Conversation) => {
    await talk.start();
    talk.script({ status });
    const { uuid } = await talk.post("/capture", EVENT);
    const { events_flushed: flushed } = await talk.post("/flush");
    assertEquals(flushed, 1);
    const [first, second] = talk.requests().map(eventsOf);
    assertEquals(second, first);
    assertEquals(talk.requests().map(uuidsOf), [[uuid], [uuid]]);
    const state = await talk.state();
    assertEquals(state["total_retries"], 1);
    assertEquals(state["total_events_sent"], 1);
    assertEquals(state["pending_events"], 0);
  };
}

/** Refuses the batch with the status: no second attempt, and nothing is kept. */
function giveUpAfter(status: number) {
  return async (talk: Conversation) => {
    await talk.start();
    talk.script({ status });
    await talk.post("/capture", EVENT);
    await talk.post("/flush");
    assertEquals(talk.requests().map((request) => request.status), [status]);
    const state = await talk.state();
    assertMatch(String(state["last_error"]), new RegExp(String(status)));
    assertEquals(state["pending_events"], 0);
    assertEquals(state["total_retries"], 0);
  };
}

const CONVERSATIONS: Conversations = {
  "an event is sent as it was captured, but for what is null (CAP-315, UPS-030)":
    async (talk) => {
      const timestamp = "2026-01-02T03:04:05.678Z";
      const event = await send(talk, {
        timestamp,
        properties: { a: null, b: 1 },
      });
      assertEquals(event["event"], "seen");
      assertEquals(event["distinct_id"], "user-1");
      assertEquals(event["timestamp"], timestamp);
      const { b, ...rest } = propertiesOf(event);
      assertEquals([b, "a" in rest], [1, false]);
    },
  "an event without a timestamp has that of its capture (CAP-315)": async (
    talk,
  ) => {
    const before = Date.now();
    const { timestamp } = await send(talk);
    const at = Date.parse(String(timestamp));
    assert(at >= before && at <= Date.now());
  },
  "bodies are plain unless compression is asked for (CAP-315)": async (
    talk,
  ) => {
    await send(talk, {}, { "enable_compression": false });
    const [request] = onlyRequest(talk);
    assertEquals(request.headers["content-encoding"], undefined);
    assertEquals(request.headers["content-type"], "application/json");
  },
  "bodies are gzipped on demand (CAP-315)": async (talk) => {
    await send(talk, {}, { "enable_compression": true });
    const [request] = onlyRequest(talk);
    assertEquals(request.headers["content-encoding"], "gzip");
  },
  "GeoIP is left on unless asked otherwise (CAP-315)": async (talk) => {
    const properties = propertiesOf(await send(talk));
    assertEquals(properties["$geoip_disable"], undefined);
  },
  "GeoIP is turned off on demand (CAP-315)": async (talk) => {
    const event = await send(talk, {}, { "disable_geoip": true });
    assertEquals(propertiesOf(event)["$geoip_disable"], true);
  },
  "historical_migration is absent by default (CAP-315)": async (talk) => {
    await send(talk);
    const body = onlyRequest(talk)[0].body as Json;
    assertEquals("historical_migration" in body, false);
  },
  "historical_migration marks the batch (CAP-315)": async (talk) => {
    await send(talk, {}, { "historical_migration": true });
    const body = onlyRequest(talk)[0].body as Json;
    assertEquals(body["historical_migration"], true);
  },
  "flush_at sends without a flush (CAP-315)": async (talk) => {
    await talk.start({ "flush_at": 2 });
    const first = await talk.post("/capture", EVENT);
    const second = await talk.post("/capture", EVENT);
    await talk.received(1);
    const [request] = onlyRequest(talk);
    assertEquals(uuidsOf(request), [first["uuid"], second["uuid"]]);
  },
  "events of one flush travel in order, each with a uuid of its own (CAP-315)":
    async (talk) => {
      await talk.start();
      for (const event of ["a", "b", "c"]) {
        await talk.post("/capture", { ...EVENT, event });
      }
      await talk.post("/flush");
      const [request, events] = onlyRequest(talk);
      assertEquals(events.map(({ event }) => event), ["a", "b", "c"]);
      assertEquals(new Set(uuidsOf(request)).size, 3);
    },
  "a 413 halves the batch (CAP-315)": async (talk) => {
    await talk.start();
    talk.script({ status: 413 });
    await talk.post("/capture", EVENT);
    await talk.post("/capture", EVENT);
    const { events_flushed: flushed } = await talk.post("/flush");
    assertEquals(flushed, 2);
    const sizes = talk.requests().map((request) => eventsOf(request).length);
    assertEquals(sizes, [2, 1, 1]);
  },
  "Retry-After is a floor for the wait (CAP-315)": async (talk) => {
    await talk.start();
    talk.script({ status: 503, retryAfter: 2 });
    await talk.post("/capture", EVENT);
    await talk.post("/flush");
    const [first, second] = talk.requests();
    const waited = Number(second?.receivedAt) - Number(first?.receivedAt);
    assert(waited >= 2000, `waited ${waited} ms`);
  },
  "a lost connection is tried again (CAP-315)": async (talk) => {
    await talk.start();
    talk.script({ drop: "connection" });
    await talk.post("/capture", EVENT);
    assertEquals((await talk.post("/flush"))["events_flushed"], 1);
    const { requests_made: made } = await talk.state();
    const statuses = (made as Json[]).map((one) => one["status_code"]);
    assertEquals(statuses, [0, 200]);
  },
  ...Object.fromEntries(
    [408, 500, 502, 503, 504].map((status) => [
      `${status} is tried again with the same events (CAP-315)`,
      retryAfter(status),
    ]),
  ),
  ...Object.fromEntries(
    [400, 401, 403, 405].map((status) => [
      `${status} is final (CAP-315)`,
      giveUpAfter(status),
    ]),
  ),
};

adapterTest("capture", "v0", {
  ...CONVERSATIONS,
  "429 is tried again with the same events (CAP-315)": retryAfter(429),
  "404 is final (CAP-315, UPS-015)": giveUpAfter(404),
});
adapterTest("capture", "v1", CONVERSATIONS);
