import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";

const flags = { "new-nav": true, pricing: "annual", gone: false };
const COOKIE = `ph_phc_test_posthog=${
  encodeURIComponent(
    JSON.stringify({ distinct_id: "cookie-1", $user_state: "identified" }),
  )
}`;

type TestClient = ReturnType<typeof createTestClient>["posthog"];

/** Who is named in which way, and the id that a page may start with. */
const ROWS: readonly (readonly [
  name: string,
  evaluate: (posthog: TestClient) => ReturnType<TestClient["evaluateFlags"]>,
  evaluatedFor: string,
  distinctID: string | undefined,
])[] = [
  [
    "the call, by its first argument",
    (posthog) => posthog.evaluateFlags("ada"),
    "ada",
    "ada",
  ],
  [
    "the call, by its options",
    (posthog) => posthog.evaluateFlags({ distinctId: 7 }),
    "7",
    "7",
  ],
  [
    "the call, on a scope with a header",
    (posthog) => posthog.forRequest(withHeader()).evaluateFlags("ada"),
    "ada",
    "ada",
  ],
  [
    "forRequest's init",
    (posthog) =>
      posthog.forRequest(withHeader(), undefined, { distinctId: "init" })
        .evaluateFlags(),
    "init",
    "init",
  ],
  [
    "setContext",
    (posthog) => {
      const hog = posthog.forRequest(withHeader());
      hog.setContext({ distinctId: "later" });
      return hog.evaluateFlags();
    },
    "later",
    "later",
  ],
  [
    "the parent of a child scope",
    (posthog) => {
      const hog = posthog.forRequest(undefined, undefined, {
        distinctId: "init",
      });
      return hog.withContext({}, (child) => child.evaluateFlags());
    },
    "init",
    "init",
  ],
  [
    "a header",
    (posthog) => posthog.forRequest(withHeader()).evaluateFlags(),
    "header-1",
    undefined,
  ],
  [
    "a header, and setContext names nobody",
    (posthog) => {
      const hog = posthog.forRequest(withHeader());
      hog.setContext({ distinctId: " ", properties: { plan: "pro" } });
      return hog.withContext({}, (child) => child.evaluateFlags());
    },
    "header-1",
    undefined,
  ],
  [
    "a cookie",
    (posthog) =>
      posthog.forRequest(
        new Request("https://a.test/", { headers: { cookie: COOKIE } }),
        undefined,
        { readPostHogCookie: true },
      ).evaluateFlags(),
    "cookie-1",
    undefined,
  ],
];

function withHeader(): Request {
  const headers = { "X-POSTHOG-DISTINCT-ID": "header-1" };
  return new Request("https://a.test/", { headers });
}

for (const [name, evaluate, evaluatedFor, distinctID] of ROWS) {
  Deno.test(`toBootstrap() of whom is named by ${name} (FLD-044)`, async () => {
    const { posthog } = createTestClient({ flags });
    const snapshot = await evaluate(posthog);
    assertEquals(snapshot.distinctId, evaluatedFor);
    assertEquals(snapshot.toBootstrap(), {
      ...(distinctID !== undefined && { distinctID, isIdentifiedID: true }),
      featureFlags: flags,
      featureFlagPayloads: {},
    });
    assertEquals(
      snapshot.only("gone").toBootstrap().distinctID,
      distinctID,
    );
  });
}

Deno.test("toBootstrap() of nobody has no flags and no id (FLD-044)", async () => {
  const { posthog } = createTestClient({ flags });
  assertEquals((await posthog.evaluateFlags()).toBootstrap(), {
    featureFlags: {},
    featureFlagPayloads: {},
  });
});

Deno.test("toBootstrap() leaves out the payload of a flag that is off (FLD-044)", async () => {
  const { posthog } = createTestClient({ flags });
  posthog.overrideFeatureFlags({
    flags: { on: true, off: false },
    payloads: { on: 1, off: 2 },
  });
  const snapshot = await posthog.evaluateFlags("ada", {
    flagKeys: ["on", "off"],
  });
  assertEquals(snapshot.toBootstrap().featureFlags, { on: true, off: false });
  assertEquals(snapshot.toBootstrap().featureFlagPayloads, { on: 1 });
});
