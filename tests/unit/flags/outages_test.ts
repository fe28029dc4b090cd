import { assertEquals } from "@std/assert";
import {
  createHarness,
  definitionsOf,
  type FakeAnswer,
  flag,
  type Harness,
  type HarnessOptions,
  remoteOf,
} from "./_helpers.ts";

const on = { ...flag([{}]), key: "on" };
const open = {
  ...flag([{ properties: [{ key: "plan", value: "pro" }] }]),
  key: "open",
};
const clientOnly = {
  ...flag([{}]),
  key: "client",
  "evaluation_runtime": "client",
};
const DEFINITIONS = definitionsOf([on, open, clientOnly]);

/** What happens to `/flags`, until when, and what `detail` calls it for a flag that only the server could decide. */
const OUTAGES: readonly (readonly [
  name: string,
  remote: FakeAnswer,
  afterMs: number,
  reason: string,
])[] = [
  ["never answers", { kind: "hang" }, 3000, "timeout"],
  [
    "answers too late",
    { ...remoteOf({}), afterMs: 3001 } as FakeAnswer,
    3000,
    "timeout",
  ],
  ["can't be reached", { kind: "network" }, 300, "connection_error"],
  ["is unavailable", { status: 503 }, 0, "api_error_503"],
  ["refuses", { status: 401 }, 0, "api_error_401"],
  ["limits the rate", { status: 429 }, 0, "api_error_429"],
  ["fails at its gateway", { status: 502 }, 300, "api_error_502"],
  [
    "is over quota",
    remoteOf({}, { quotaLimited: ["feature_flags"] }),
    0,
    "quota_limited",
  ],
  ["answers garbage", { status: 200, body: "<html>" }, 0, "unknown_error"],
  [
    "answers another kind of JSON",
    { status: 200, body: [] },
    0,
    "unknown_error",
  ],
  [
    "has trouble with some flags",
    remoteOf({}, { errorsWhileComputingFlags: true }),
    0,
    "errors_while_computing_flags",
  ],
  [
    "fails at this flag",
    remoteOf({ open: { enabled: false, failed: true } }),
    0,
    "errors_while_computing_flags",
  ],
  ["knows no such flag", remoteOf({}), 0, "flag_missing"],
];

/** Whether the call has ended by that moment, and not before. */
async function endsAfter<T>(
  harness: Harness,
  call: Promise<T>,
  ms: number,
): Promise<T> {
  let hasEnded = false;
  call.then(() => hasEnded = true);
  if (ms > 0) {
    await harness.clock.advance(ms - 1);
    assertEquals(hasEnded, false);
    await harness.clock.advance(1);
  } else await harness.clock.advance(0);
  assertEquals(hasEnded, true);
  return await call;
}

for (const [name, remote, afterMs, reason] of OUTAGES) {
  Deno.test(`PostHog ${name}: local values are kept, and detail() says ${reason} (FLG-102)`, async () => {
    const harness = createHarness({
      definitions: [DEFINITIONS],
      remote: [remote],
    });
    const flags = await endsAfter(
      harness,
      harness.evaluateFlags("ada"),
      afterMs,
    );
    assertEquals(flags.keys, ["on"]);
    assertEquals(flags.detail("on", false).reason, "condition_match");
    assertEquals(flags.detail("open", "d"), {
      value: "d",
      reason,
      variant: undefined,
      payload: undefined,
      ruleId: undefined,
      flagVersion: undefined,
      configVersion: undefined,
      source: "default",
    });
    // Settled without a value: nothing that went wrong is the cause.
    assertEquals(flags.detail("client", false).reason, "flag_missing");
    assertEquals(
      flags.only(["on"]).detail("open", false).reason,
      "flag_missing",
    );
  });
}

/** What is known when definitions fail as well: the time is bounded by one deadline. */
const BOTH: readonly (readonly [
  name: string,
  definitions: FakeAnswer,
  remote: FakeAnswer,
  afterMs: number,
  value: boolean | undefined,
  reason: string,
])[] = [
  ["both hang", { kind: "hang" }, { kind: "hang" }, 3000, undefined, "timeout"],
  [
    "definitions hang",
    { kind: "hang" },
    remoteOf({ open: { enabled: true } }),
    1500,
    true,
    "",
  ],
  [
    "definitions are late",
    { ...DEFINITIONS, afterMs: 1499 } as FakeAnswer,
    { kind: "hang" },
    3000,
    undefined,
    "timeout",
  ],
  [
    "both fail",
    { status: 503 },
    { status: 503 },
    0,
    undefined,
    "api_error_503",
  ],
  [
    "both are over quota",
    { status: 402 },
    remoteOf({}, { quotaLimited: ["feature_flags"] }),
    0,
    undefined,
    "quota_limited",
  ],
  [
    "both answer garbage",
    { status: 200, body: "{" },
    { status: 200, body: "{" },
    0,
    undefined,
    "unknown_error",
  ],
];

for (const [name, definitions, remote, afterMs, value, reason] of BOTH) {
  Deno.test(`evaluateFlags() ends in one deadline when ${name} (FLD-032)`, async () => {
    const harness = createHarness({
      definitions: [definitions],
      remote: [remote],
    });
    const flags = await endsAfter(
      harness,
      harness.evaluateFlags("ada"),
      afterMs,
    );
    assertEquals(flags.getFlag("open"), value);
    if (value === undefined) {
      assertEquals(flags.detail("open", false).reason, reason);
    }
  });
}

/** What `detail` says of an absent flag where the server is not to be asked. */
const LOCAL: readonly (readonly [
  name: string,
  key: string,
  definitions: FakeAnswer,
  reason: string,
])[] = [
  ["a flag that definitions can't decide", "open", DEFINITIONS, "inconclusive"],
  ["a flag without definition", "nope", DEFINITIONS, "flag_missing"],
  ["a flag of another runtime", "client", DEFINITIONS, "flag_missing"],
  ["any flag without definitions", "nope", { status: 503 }, "inconclusive"],
];

for (const [name, key, definitions, reason] of LOCAL) {
  Deno.test(`detail() of ${name}, local only: ${reason} (FLG-103, UPS-113, UPS-114)`, async () => {
    const options: HarnessOptions = { definitions: [definitions] };
    const harness = createHarness(options);
    const flags = await harness.evaluateFlags("ada", {
      onlyEvaluateLocally: true,
    });
    assertEquals(flags.detail(key, false).reason, reason);
    // The event keeps to the vocabulary of PostHog.
    const { properties } = harness.drafts[0] ?? {};
    assertEquals(
      (properties as Record<string, unknown>)["$feature_flag_error"],
      key === "open" ? "local_evaluation_inconclusive" : "flag_missing",
    );
  });
}

Deno.test("detail() of a snapshot for nobody says flag_missing", async () => {
  const harness = createHarness({ definitions: [DEFINITIONS] });
  const flags = await harness.evaluateFlags("");
  assertEquals(flags.detail("on", false).reason, "flag_missing");
  assertEquals(harness.drafts, []);
});
