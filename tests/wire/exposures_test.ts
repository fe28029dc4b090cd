import {
  createTestClient,
  type TestClient,
  type TestClientOptions,
} from "edgehog/testing";
import { FLAGS } from "./_flags.ts";
import { assertGolden } from "./_golden.ts";
import { CAPTURE_PATH } from "../_kit/capture_paths.ts";

/** One kind of `$feature_flag_called`; the local one is an event among the others. */
interface Row {
  /** Of the golden file. */
  readonly name: string;
  readonly options?: TestClientOptions;
  readonly act: (client: TestClient) => Promise<unknown>;
}

const distinctId = "user:123";
const REMOTE_ONLY: TestClientOptions = { personalApiKey: undefined };

const [pricing] = FLAGS.flags;
const MINIMAL: TestClientOptions = {
  flags: {
    flags: [{ ...pricing, has_experiment: false }],
    minimal_flag_called_events: true,
  },
};

/** A flag that is an experiment, by the rules of config version 2. */
const SPLIT = {
  key: "checkout",
  value: "fast",
  reason: { code: "experiment_split" },
  metadata: {
    id: 12,
    version: 2,
    has_experiment: true,
    rule_type: "experiment",
    rule_id: "0199c3aa-0000-7000-8000-00000000000a",
    variant_key: "test",
    experiment_id: 31,
  },
};

/** A scope, so that its properties show what a minimal event leaves out. */
async function readOnScope({ posthog }: TestClient): Promise<void> {
  const request = { url: "https://shop.example/cart?utm_source=mail" };
  const hog = posthog.forRequest(request, undefined, {
    distinctId,
    sessionId: "s1",
    properties: { tier: "gold", utm_source: "mail" },
  });
  const flags = await hog.evaluateFlags({
    groups: { company: 42 },
    deviceId: "d1",
  });
  flags.getFlag("pricing");
}

const ROWS: readonly Row[] = [
  {
    name: "remote",
    options: REMOTE_ONLY,
    act: ({ posthog }) => posthog.getFeatureFlag("pricing", distinctId),
  },
  {
    name: "missing",
    act: ({ posthog }) => posthog.isFeatureEnabled("unknown", distinctId),
  },
  {
    name: "failed",
    options: REMOTE_ONLY,
    act: ({ posthog, emulator }) => {
      emulator.failNext({ path: "/flags", status: 503 });
      return posthog.getFeatureFlagResult("pricing", distinctId);
    },
  },
  {
    name: "over_quota",
    options: REMOTE_ONLY,
    act: ({ posthog, emulator }) => {
      emulator.setQuotaLimited(["feature_flags"]);
      return posthog.getFeatureFlag("pricing", distinctId);
    },
  },
  {
    name: "experiment",
    options: { ...REMOTE_ONLY, flags: { flags: [SPLIT] } },
    act: async ({ posthog }) =>
      (await posthog.evaluateFlags(distinctId)).getFlag("checkout"),
  },
  { name: "on_scope", act: readOnScope },
  { name: "minimal", options: MINIMAL, act: readOnScope },
  {
    name: "minimal_remote",
    options: { ...MINIMAL, ...REMOTE_ONLY },
    act: readOnScope,
  },
];

for (const { name, options, act } of ROWS) {
  Deno.test(`the wire of an exposure, ${name}, is as recorded (FLG-120, FLG-126, UPS-130, UPS-135)`, async () => {
    const client = createTestClient({ flags: FLAGS, ...options });
    await act(client);
    await client.posthog.flush();
    const sent = client.emulator.requests.filter(({ path }) =>
      path === CAPTURE_PATH
    );
    await assertGolden(`exposures/${name}`, sent[0]);
  });
}
