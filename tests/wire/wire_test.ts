import { assertEquals } from "@std/assert";
import { createTestClient, type TestClient } from "edgehog/testing";
import type { ReceivedRequest } from "edgehog/dev";

/**
 * Golden requests: fixed clock, ids and version, keys sorted, secrets masked. `deno task wire:update` rewrites them;
 * a difference is reviewed like a change of the API.
 */
const isUpdate = Deno.args.includes("--update");

const SECRETS = [["phc_test", "<project token>"], [
  "phx_test",
  "<personal API key>",
]] as const;

const FLAGS = {
  flags: [{
    id: 2,
    key: "pricing",
    active: true,
    version: 4,
    filters: {
      payloads: { annual: '{"discount":20}' },
      multivariate: { variants: [{ key: "annual", rollout_percentage: 100 }] },
      groups: [{ rollout_percentage: 100, properties: [] }],
    },
  }],
};

/** One request as a golden file has it. */
function toGolden({ method, url, headers, body }: ReceivedRequest): string {
  const { pathname, search } = new URL(url);
  const golden = { method, path: pathname + search, headers, body };
  const text = JSON.stringify(golden, (_key, value: unknown) => {
    const isPlain = typeof value === "object" && value !== null &&
      !Array.isArray(value);
    return isPlain
      ? Object.fromEntries(
        Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1),
      )
      : value;
  }, 2);
  return SECRETS.reduce(
    (masked, [secret, mask]) => masked.replaceAll(secret, mask),
    text,
  ) + "\n";
}

async function assertGolden(
  name: string,
  request: ReceivedRequest | undefined,
): Promise<void> {
  if (!request) throw new Error(`No request for ${name}`);
  const file = new URL(`./${name}.json`, import.meta.url);
  const actual = toGolden(request);
  if (isUpdate) await Deno.writeTextFile(file, actual);
  assertEquals(actual, await Deno.readTextFile(file));
}

const ROWS: readonly [
  name: string,
  path: string,
  act: (client: TestClient) => Promise<unknown>,
][] = [
  ["batch_v0", "/batch", async ({ posthog }) => {
    posthog.capture({
      distinctId: "user:123",
      event: "movie played",
      properties: {
        movie_id: "123",
        $session_id: "s1",
        $process_person_profile: false,
      },
      groups: { company: "42" },
    });
    posthog.identify({
      distinctId: "user:123",
      properties: { plan: "pro", $set_once: { source: "ad" } },
    });
    posthog.alias({ distinctId: "user:123", alias: "anon-1" });
    posthog.groupIdentify({
      groupType: "company",
      groupKey: 42,
      properties: { seats: 3 },
    });
    const snapshot = await posthog.evaluateFlags("user:123");
    snapshot.getFlag("pricing");
    posthog.capture({
      distinctId: "user:123",
      event: "paid",
      flags: snapshot,
      timestamp: "2026-01-02T08:34:05+05:30",
    });
    await posthog.flush();
  }],
  [
    "flags_definitions",
    "/flags/definitions",
    ({ posthog }) => posthog.evaluateFlags("user:123"),
  ],
  ["flags_v2", "/flags", ({ posthog }) =>
    posthog.evaluateFlags("user:123", {
      flagKeys: ["pricing", "unknown"],
      personProperties: { plan: "pro" },
      groups: { company: 42 },
      groupProperties: { company: { seats: 3 } },
    })],
];

for (const [name, path, act] of ROWS) {
  Deno.test(`the wire of ${name} is as recorded`, async () => {
    const client = createTestClient({ flags: FLAGS });
    await act(client);
    await assertGolden(
      name,
      client.emulator.requests.find((request) => request.path === path),
    );
  });
}
