import { assertEquals } from "@std/assert";
import {
  adapterTest,
  type Conversation,
  type Conversations,
  type Json,
  onlyRequest,
} from "./_harness.ts";

const ASK = { key: "new-nav", "distinct_id": "user-1", "force_remote": true };
const ON = { status: 200, body: { featureFlags: { "new-nav": "blue" } } };

/** Asks for the flag, with `extra`; the requests' bodies. */
async function ask(talk: Conversation, extra: object = {}): Promise<Json[]> {
  await talk.start();
  await talk.post("/get_feature_flag", { ...ASK, ...extra });
  return talk.requests("/flags").map(({ body }) => body as Json);
}

/** Holds the conversation in which the first answer is a failure. */
function recoverFrom(status: number) {
  return async (talk: Conversation) => {
    await talk.start();
    talk.script({ status }, ON);
    const { value } = await talk.post("/get_feature_flag", ASK);
    assertEquals(value, "blue");
    const bodies = talk.requests("/flags").map(({ body }) => body);
    assertEquals(bodies, [bodies[0], bodies[0]]);
  };
}

const CONVERSATIONS: Conversations = {
  "request_with_person_properties_device_id (FLG-099)": async (talk) => {
    const device = { "person_properties": { $device_id: "device-1" } };
    const [body] = await ask(talk, device);
    assertEquals(body, {
      token: `phc_${talk.id}`,
      "distinct_id": "user-1",
      groups: {},
      "person_properties": { $device_id: "device-1" },
      "group_properties": {},
      "geoip_disable": false,
      "flag_keys_to_evaluate": ["new-nav"],
      $device_id: "device-1",
      "evaluation_runtime": "server",
    });
  },
  // Named by the contract's older version of the endpoint.
  "flags_request_uses_v2_query_param, hits_flags_path_not_decide, omits_authorization_header (FLG-099, UPS-100)":
    async (talk) => {
      await ask(talk);
      const [request] = talk.requests("/flags");
      assertEquals(request?.query, { v: "4" });
      assertEquals(request?.headers["authorization"], undefined);
      assertEquals(request?.headers["x-test-id"], talk.id);
      assertEquals(talk.requests("/decide"), []);
      assertEquals(talk.requests("/flags/definitions"), []);
    },
  "token_in_flags_body_matches_init (FLG-099)": async (talk) => {
    const [body] = await ask(talk);
    assertEquals(body?.["token"], `phc_${talk.id}`);
  },
  "groups_round_trip (FLG-099)": async (talk) => {
    const [body] = await ask(talk, {
      groups: { company: "acme" },
      "group_properties": { company: { plan: "pro" } },
    });
    assertEquals(body?.["groups"], { company: "acme" });
    // The key is matchable as a property, for the server too (FLG-140).
    const company = { plan: "pro", $group_key: "acme" };
    assertEquals(body?.["group_properties"], { company });
  },
  "groups_default_to_empty_object (FLG-099)": async (talk) => {
    const [body] = await ask(talk, { groups: null });
    assertEquals(body?.["groups"], {});
  },
  "disable_geoip_false_propagates_as_geoip_disable_false (FLG-099)": async (
    talk,
  ) => {
    const [body] = await ask(talk, { "disable_geoip": false });
    assertEquals(body?.["geoip_disable"], false);
  },
  "disable_geoip_omitted_defaults_to_false, true stays true (FLG-099)": async (
    talk,
  ) => {
    const [omitted] = await ask(talk);
    assertEquals(omitted?.["geoip_disable"], false);
    await talk.post("/get_feature_flag", { ...ASK, "disable_geoip": true });
    const second = talk.requests("/flags")[1]?.body as Json;
    assertEquals(second["geoip_disable"], true);
  },
  "flag_keys_to_evaluate_contains_only_requested_key (FLG-099)": async (
    talk,
  ) => {
    const [body] = await ask(talk);
    assertEquals(body?.["flag_keys_to_evaluate"], ["new-nav"]);
  },
  "no_flags_request_on_init_alone, on_normal_capture (FLG-099)": async (
    talk,
  ) => {
    await talk.start();
    await talk.post("/capture", { "distinct_id": "user-1", event: "seen" });
    await talk.post("/flush");
    assertEquals(talk.requests("/flags"), []);
  },
  "two_flag_calls_produce_two_remote_requests (FLG-099)": async (talk) => {
    await ask(talk);
    await talk.post("/get_feature_flag", ASK);
    assertEquals(talk.requests("/flags").length, 2);
  },
  "mock_response_value_is_returned_to_caller (FLG-099)": async (talk) => {
    await talk.start();
    talk.script(ON);
    const reply = await talk.post("/get_feature_flag", ASK);
    assertEquals(reply, { success: true, value: "blue" });
  },
  "a flag that is not there has the value null (FLG-099)": async (talk) => {
    await talk.start();
    const reply = await talk.post("/get_feature_flag", ASK);
    assertEquals(reply, { success: true, value: null });
  },
  "retries_flags_on_502 (FLG-099)": recoverFrom(502),
  "retries_flags_on_504 (FLG-099)": recoverFrom(504),
  "get_feature_flag_captures_feature_flag_called_event (FLG-099)": async (
    talk,
  ) => {
    await talk.start();
    talk.script(ON);
    await talk.post("/get_feature_flag", ASK);
    await talk.post("/flush");
    const [, [event]] = onlyRequest(talk);
    const properties = event?.["properties"] as Json;
    assertEquals(event?.["event"], "$feature_flag_called");
    assertEquals(properties["$feature_flag"], "new-nav");
    assertEquals(properties["$feature_flag_response"], "blue");
  },
};

adapterTest("feature flags", "v0", CONVERSATIONS);
adapterTest("feature flags", "v1", CONVERSATIONS);
