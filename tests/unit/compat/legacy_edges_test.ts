// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import {
  type AllFlagVerbs,
  createHarness,
  definitionsOf,
  flag,
  type Harness,
  type HarnessOptions,
  logged,
} from "../flags/_helpers.ts";

const arm = {
  ...flag([{}], {
    multivariate: { variants: [{ key: "blue", "rollout_percentage": 100.1 }] },
  }),
  key: "arm",
};
const open = flag([{ properties: [{ key: "plan", value: "pro" }] }]);

function create(options: HarnessOptions = {}): Harness {
  return createHarness({ definitions: [definitionsOf([arm])], ...options });
}

type Ask = (methods: AllFlagVerbs, key: string, id: string) => Promise<unknown>;

const METHODS: readonly (readonly [
  name: keyof AllFlagVerbs,
  missing: unknown,
  ask: Ask,
])[] = [
  ["isFeatureEnabled", undefined, (m, key, id) => m.isFeatureEnabled(key, id)],
  ["getFeatureFlag", undefined, (m, key, id) => m.getFeatureFlag(key, id)],
  [
    "getFeatureFlagResult",
    undefined,
    (m, key, id) => m.getFeatureFlagResult(key, id),
  ],
  [
    "getFeatureFlagPayload",
    undefined,
    (m, key, id) => m.getFeatureFlagPayload(key, id, "blue"),
  ],
  ["getAllFlags", {}, (m, _key, id) => m.getAllFlags(id)],
  [
    "getAllFlagsAndPayloads",
    { featureFlags: {}, featureFlagPayloads: {} },
    (m, _key, id) => m.getAllFlagsAndPayloads(id),
  ],
];

/** The methods whose answer is a use of the flag. */
const EMITTING: readonly string[] = [
  "isFeatureEnabled",
  "getFeatureFlag",
  "getFeatureFlagResult",
];

for (const [name, missing, ask] of METHODS) {
  const emits = EMITTING.includes(name);
  Deno.test(`${name}() emits ${emits ? "one exposure" : "nothing"} (FLG-120, FLG-132)`, async () => {
    const harness = create();
    await ask(harness, "arm", "ada");
    await ask(harness, "arm", "ada");
    assertEquals(
      harness.drafts.map(({ event }) => event),
      emits ? ["$feature_flag_called"] : [],
    );
  });

  Deno.test(`${name}() without key or identity: a warning, no request, no event (FLG-130)`, async () => {
    const isBulk = name.startsWith("getAll");
    const calls: readonly (readonly [key: unknown, id: unknown])[] = [
      ["arm", undefined],
      ["arm", " "],
      ["arm", NaN],
      ...isBulk ? [] : [["", "ada"], [undefined, "ada"], [7, "ada"]] as const,
    ];
    for (const [key, id] of calls) {
      const harness = create();
      assertEquals(await ask(harness, key as string, id as string), missing);
      assertEquals(
        [
          logged(harness, "warn").length,
          harness.requests.length,
          harness.drafts.length,
        ],
        [1, 0, 0],
      );
    }
  });

  Deno.test(`${name}() on a closed client answers as for a missing flag (FLG-134)`, async () => {
    const harness = create({ isClosed: true });
    assertEquals(await ask(harness, "arm", "ada"), missing);
    assertEquals([harness.requests, harness.drafts], [[], []]);
  });

  Deno.test(`${name}() never rejects, whatever PostHog does (FLG-134)`, async () => {
    const failures = [
      { kind: "network" },
      { kind: "hang" },
      { status: 402 },
      { status: 200, body: "garbage" },
    ] as const;
    for (const failure of failures) {
      const harness = create({ definitions: [failure], remote: [failure] });
      const answer = ask(harness, "arm", "ada");
      await harness.clock.advance(6000);
      assertEquals(await answer, missing);
    }
  });

  Deno.test(`${name}() is said to be deprecated once a client, and not at all without warnings`, async () => {
    for (
      const [featureFlagsLogWarnings, lines] of [[true, 1], [false, 0]] as const
    ) {
      const harness = create({ settings: { featureFlagsLogWarnings } });
      await ask(harness, "arm", "ada");
      await ask(harness.createMethods({ isScope: true }), "arm", "ada");
      const notes = logged(harness, "debug").filter((message) =>
        message.includes("deprecated")
      );
      assertEquals(notes.length, lines);
      assertEquals(notes.every((note) => note.includes(`"${name}"`)), true);
    }
  });

  Deno.test(`${name}() stays local when told to`, async () => {
    const harness = create({
      definitions: [definitionsOf([{ ...open, key: "arm" }])],
      settings: { strictLocalEvaluation: true },
    });
    const answer = await ask(harness, "arm", "ada");
    assertEquals(answer, name === "getFeatureFlagPayload" ? null : missing);
    assertEquals(harness.paths(), ["/flags/definitions"]);
  });
}
