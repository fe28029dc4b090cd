import {
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";
import { FLAGS } from "./_flags.ts";
import { assertGolden } from "./_golden.ts";
import { buildUnsafeProperties } from "./_json_safety.ts";
import { isCapturePath } from "../_kit/capture_paths.ts";

/** One kind of event, or of batch. */
interface Row {
  /** Of the golden file. */
  readonly name: string;
  readonly options?: TestClientOptions;
  readonly act: (client: TestClient) => unknown;
}

const distinctId = "user:123";
const event = "movie played";

const ROWS: readonly Row[] = [
  {
    name: "capture",
    act: ({ posthog }) =>
      posthog.capture({
        distinctId,
        event,
        properties: {
          movie_id: "123",
          $session_id: "s1",
          $process_person_profile: false,
        },
        timestamp: "2025-01-02T08:34:05.123456+05:30",
        uuid: "019B7CA9-8F2E-7000-8000-000000000001",
      }),
  },
  {
    name: "capture_personless",
    act: ({ posthog }) => posthog.capture({ event }),
  },
  {
    name: "capture_groups",
    act: ({ posthog }) =>
      posthog.capture({ distinctId, event, groups: { company: "42", n: 5 } }),
  },
  {
    name: "capture_flags",
    options: { flags: FLAGS },
    act: async ({ posthog }) => {
      const flags = await posthog.evaluateFlags(distinctId);
      posthog.capture({ distinctId, event, flags });
    },
  },
  {
    name: "capture_scope",
    act: ({ posthog }) => {
      const headers = {
        "x-posthog-distinct-id": "visitor-1",
        "x-posthog-session-id": "s1",
        "user-agent": "Browser",
        "cf-connecting-ip": "203.0.113.7",
      };
      const request = new Request("https://shop.example/cart?a=1", { headers });
      const properties = { area: "shop" };
      posthog.forRequest(request, undefined, { properties }).capture({ event });
    },
  },
  {
    name: "capture_super_properties",
    act: ({ posthog }) => {
      posthog.register({ region: "eu", plan: "free" });
      posthog.capture({ distinctId, event, properties: { plan: "pro" } });
    },
  },
  {
    name: "identify",
    act: ({ posthog }) =>
      posthog.identify({ distinctId, properties: { plan: "pro", seats: 3 } }),
  },
  {
    name: "identify_set",
    act: ({ posthog }) =>
      posthog.identify({
        distinctId,
        properties: {
          plan: "free",
          seats: 3,
          $set: { plan: "pro" },
          $set_once: { source: "ad" },
          $anon_distinct_id: "anon-1",
        },
      }),
  },
  {
    name: "alias",
    act: ({ posthog }) => posthog.alias({ distinctId, alias: "anon-1" }),
  },
  {
    name: "group_identify",
    act: ({ posthog }) =>
      posthog.groupIdentify({
        groupType: "company",
        groupKey: 42,
        properties: { seats: 3 },
      }),
  },
  {
    name: "set_person_properties",
    act: ({ posthog }) =>
      posthog.setPersonProperties({
        distinctId,
        properties: { plan: "pro" },
        propertiesOnce: { source: "ad" },
      }),
  },
  {
    name: "unset_person_properties",
    act: ({ posthog }) =>
      posthog.unsetPersonProperties({ distinctId, properties: ["plan", "x"] }),
  },
  {
    name: "feature_flag_called",
    options: { flags: FLAGS },
    act: async ({ posthog }) => {
      const flags = await posthog.evaluateFlags(distinctId);
      flags.getFlag("pricing");
    },
  },
  {
    name: "historical_migration",
    options: { historicalMigration: true },
    act: ({ posthog }) => posthog.capture({ distinctId, event, timestamp: 0 }),
  },
  {
    name: "is_server_false",
    options: { isServer: false },
    act: ({ posthog }) => posthog.capture({ distinctId, event }),
  },
  {
    name: "disable_geoip_false",
    options: { disableGeoip: false },
    act: ({ posthog }) => posthog.capture({ distinctId, event }),
  },
  {
    name: "before_send",
    options: {
      beforeSend: (given) => {
        delete given.properties["$lib"];
        return { ...given, event: "film played", distinctId: "user:456" };
      },
    },
    act: ({ posthog }) => posthog.capture({ distinctId, event }),
  },
  {
    name: "json_safety",
    act: ({ posthog }) =>
      posthog.capture({
        distinctId,
        event,
        properties: buildUnsafeProperties(),
      }),
  },
  {
    name: "batch_gzip",
    options: { disableCompression: false },
    act: ({ posthog }) => {
      posthog.capture({ distinctId, event });
      posthog.identify({ distinctId });
    },
  },
];

/** On the AI lane: the verb differs, and with it the endpoint. */
const AI_ROWS: readonly Row[] = [
  {
    name: "ai/generation",
    act: ({ posthog }) =>
      posthog.captureAi({
        distinctId,
        event: "$ai_generation",
        properties: { $ai_model: "m", $ai_input: [{ role: "user" }] },
        groups: { company: "42" },
      }),
  },
  {
    name: "ai/personless",
    act: ({ posthog }) => posthog.captureAi({ event: "$ai_span" }),
  },
  {
    name: "ai/flags",
    options: { flags: FLAGS },
    act: async ({ posthog }) => {
      const flags = await posthog.evaluateFlags(distinctId);
      posthog.captureAi({ distinctId, event: "$ai_trace", flags });
    },
  },
  {
    name: "ai/in_v0_mode",
    options: { captureMode: "v0" },
    act: ({ posthog }) => posthog.captureAi({ distinctId, event: "$ai_span" }),
  },
];

/** By the protocol of a client that is not told which. */
const V1_ROWS: readonly Row[] = ROWS.map((row) => ({
  ...row,
  name: `v1/${row.name}`,
}));

const V0_ROWS: readonly Row[] = ROWS.map(({ name, options, act }) => ({
  name,
  options: { ...options, captureMode: "v0" as const },
  act,
}));

for (const { name, options, act } of [...V0_ROWS, ...V1_ROWS, ...AI_ROWS]) {
  Deno.test(`the wire of ${name} is as recorded`, async () => {
    const client = createTestClient(options);
    await act(client);
    await client.posthog.flush();
    const sent = client.emulator.requests.filter(({ path }) =>
      isCapturePath(path)
    );
    await assertGolden(name, sent[0]);
  });
}
