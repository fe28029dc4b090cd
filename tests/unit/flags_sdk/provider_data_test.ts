import { assertEquals } from "@std/assert";
import { createClient } from "edgehog/client";
import { createPostHogEmulator } from "edgehog/dev";
import { featureFlags } from "edgehog/feature-flags";
import { getProviderData } from "edgehog/flags-sdk";
import { createTestClient } from "edgehog/testing";

const SECRET = "a condition, a share or a payload";
const variants = [
  { key: "annual", name: SECRET, rollout_percentage: 33 },
  { key: "monthly", rollout_percentage: 67 },
  { rollout_percentage: 0 },
];

const FLAGS = {
  flags: [
    {
      id: 7,
      key: "new-nav",
      name: "The new navigation",
      active: true,
      filters: {
        groups: [{
          rollout_percentage: 42,
          properties: [{ key: "email", value: SECRET, operator: "exact" }],
        }],
        payloads: { true: JSON.stringify(SECRET) },
      },
    },
    // What is off, or in a form that is not known, has its variants all the same.
    {
      id: 8,
      key: "pricing",
      name: " ",
      active: false,
      filters: { groups: [], multivariate: { variants } },
    },
    {
      key: "odd",
      name: 5,
      active: true,
      filters: { groups: 5, multivariate: { variants: 5 } },
    },
  ],
};

const BOOLEAN = [{ value: false }, { value: true }];

Deno.test("getProviderData() tells values, descriptions and links from definitions in memory, and nothing else (EDGE-384)", async () => {
  const { posthog, emulator } = createTestClient({
    flags: FLAGS,
    host: "https://eu.i.posthog.com",
  });
  const { definitions, hints } = await getProviderData(posthog, {
    projectId: 12,
  });
  assertEquals(hints, []);
  const link = "https://eu.posthog.com/project/12/feature_flags";
  assertEquals<unknown>(definitions, {
    "new-nav": {
      options: BOOLEAN,
      description: "The new navigation",
      origin: `${link}/7`,
    },
    pricing: {
      options: [
        { value: false },
        { value: "annual", label: "annual" },
        { value: "monthly", label: "monthly" },
      ],
      origin: `${link}/8`,
    },
    odd: { options: BOOLEAN },
  });
  await getProviderData(posthog);
  assertEquals(emulator.requests.map(({ path }) => path), [
    "/flags/definitions",
  ]);
});

Deno.test("getProviderData() links only where it knows the project, and to 'appHost' if that is given", async () => {
  const { posthog } = createTestClient({ flags: FLAGS });
  const bare = await getProviderData(posthog);
  assertEquals(
    Object.values(bare.definitions).some((flag) => "origin" in flag),
    false,
  );
  const { definitions } = await getProviderData(posthog, {
    projectId: "12",
    appHost: "https://hog.example",
  });
  assertEquals(
    definitions["new-nav"]?.origin,
    "https://hog.example/project/12/feature_flags/7",
  );
});

Deno.test("getProviderData() gives a hint where there are no definitions", async () => {
  const { fetch } = createPostHogEmulator();
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const clients = [
    createClient("phc_x", {
      fetch,
      logger: quiet,
      disableSingletonWarning: true,
      use: [featureFlags()],
    }),
    createTestClient({ personalApiKey: undefined }).posthog,
    { waitForLocalEvaluationReady: () => Promise.resolve(false) },
  ];
  for (const posthog of clients) {
    const { definitions, hints } = await getProviderData(posthog);
    assertEquals(definitions, {});
    assertEquals(hints.map(({ key }) => key), ["edgehog/missing-definitions"]);
  }
});
