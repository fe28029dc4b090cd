import { createTestClient, type TestClient } from "edgehog/testing";
import { FLAGS } from "./_flags.ts";
import { assertGolden } from "./_golden.ts";

const ROWS: readonly [
  name: string,
  path: string,
  act: (client: TestClient) => Promise<unknown>,
][] = [
  [
    "flags_definitions",
    "/flags/definitions",
    ({ posthog }) => posthog.evaluateFlags("user:123"),
  ],
  ["flags_v4", "/flags", ({ posthog }) =>
    posthog.evaluateFlags("user:123", {
      flagKeys: ["pricing", "unknown"],
      personProperties: { plan: "pro" },
      groups: { company: 42 },
      groupProperties: { company: { seats: 3 } },
    })],
  ["flags_v4_one", "/flags", ({ posthog, emulator }) => {
    emulator.setFlags({ flags: [] });
    posthog.setPersonPropertiesForFlags({ plan: "pro" });
    return posthog.getFeatureFlag("pricing", "user:123", { deviceId: "d1" });
  }],
  ["flags_v4_all", "/flags", ({ posthog, emulator }) => {
    emulator.setFlags({ flags: [] });
    return posthog.getAllFlags("user:123", { disableGeoip: false });
  }],
  [
    "remote_config",
    "/api/projects/@current/feature_flags/banner%2Feu/remote_config",
    ({ posthog }) => posthog.getRemoteConfigPayload("banner/eu"),
  ],
];

for (const [name, path, act] of ROWS) {
  Deno.test(`the wire of ${name} is as recorded`, async () => {
    const client = createTestClient({ flags: FLAGS });
    await act(client);
    const { requests } = client.emulator;
    await assertGolden(name, requests.find((request) => request.path === path));
  });
}
