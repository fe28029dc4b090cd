// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import {
  buildHoldoutText,
  buildRolloutText,
  buildVariantRanges,
  buildVariantText,
  cutDistinctId,
  pickVariant,
  toBucket,
} from "../../../../src/local_evaluation/evaluation/bucketing.ts";
import { createSpyHasher, flag, read } from "../../flags/_helpers.ts";

const emoji = "😀".repeat(201);

/** Section 4.4 of the specification. */
const WORKED:
  readonly (readonly [name: string, text: string, bucket: number])[] = [
    ["rollout", buildRolloutText("new-nav", "ada"), 0.6554952958616487],
    ["rollout", buildRolloutText("new-nav", "grace"), 0.9604924767079944],
    ["rollout", buildRolloutText("pricing-page", "ada"), 0.19764734664382708],
    ["variant", buildVariantText("pricing-page", "ada"), 0.42532869840476895],
    ["variant", buildVariantText("pricing-page", "grace"), 0.2610057993220486],
    ["group key", buildRolloutText("team-quota", "1042"), 0.6386027829407621],
    [
      "device",
      buildRolloutText("device-banner", "0d9f-77aa"),
      0.9211823415982446,
    ],
    ["composed", buildRolloutText("флаг", "zoë"), 0.5321503681826896],
    [
      "cut",
      buildRolloutText("new-nav", cutDistinctId(emoji)),
      0.9452784072458205,
    ],
    ["holdout", buildHoldoutText("grace"), 0.36378823106926933],
    [
      "tiny",
      buildRolloutText("tiny-rollout", "user-359"),
      0.000017079839633897705,
    ],
    ["gap", buildVariantText("gap-test", "user-6070"), 0.9999198164756932],
  ];

for (const [index, [name, text, bucket]] of WORKED.entries()) {
  Deno.test(`toBucket() gives worked vector ${index + 1}, ${name} (FLG-040)`, async () => {
    const [digest = new Uint8Array()] = await createSpyHasher().digest([text]);
    assertEquals(toBucket(digest), bucket);
  });
}

Deno.test("toBucket() gives NaN for what is no digest", () => {
  assertEquals(toBucket(new Uint8Array(7)), NaN);
});

Deno.test("cutDistinctId() counts code points and changes nothing else (FLG-044)", () => {
  assertEquals(cutDistinctId(emoji), "😀".repeat(200));
  assertEquals(cutDistinctId(`${"a".repeat(199)}😀b`), `${"a".repeat(199)}😀`);
  assertEquals(cutDistinctId(" É "), " É ");
  assertEquals(cutDistinctId("a".repeat(200)).length, 200);
});

const SHARES:
  readonly (readonly [shares: readonly number[], bounds: readonly number[]])[] =
    [
      [[33.34], [0.33340000000000003]],
      [[10, 20, 30, 40], [0.1, 0.30000000000000004, 0.6000000000000001, 1]],
      [[33.33, 33.33, 33.33], [0.3333, 0.6666, 0.9999]],
    ];

Deno.test("buildVariantRanges() adds up without rounding (FLG-041)", () => {
  for (const [shares, bounds] of SHARES) {
    const variants = shares.map((rolloutPercentage, index) => ({
      key: String(index),
      rolloutPercentage,
    }));
    assertEquals(
      buildVariantRanges(variants).map(({ upper }) => upper),
      bounds,
    );
  }
  const odd = [1.01, 10.02, 88.97].map((rolloutPercentage) => ({
    key: "v",
    rolloutPercentage,
  }));
  assertEquals(
    pickVariant(buildVariantRanges(odd), 0.9999999999999999),
    undefined,
  );
});

/** Consequences of the worked vectors, through whole flags. */
const CONSEQUENCES: readonly (readonly [
  name: string,
  row: Record<string, unknown>,
  id: string,
  boolean | string,
])[] = [
  [
    "a bucket at the rollout is in",
    rollout("pricing-page", 19.764734664382708),
    "ada",
    true,
  ],
  [
    "a bucket above the rollout is out",
    rollout("pricing-page", 19.764734664382704),
    "ada",
    false,
  ],
  [
    "fractions of a percent count",
    rollout("tiny-rollout", 0.1),
    "user-359",
    true,
  ],
  [
    "shares below 0 exclude all",
    rollout("tiny-rollout", -10),
    "user-359",
    false,
  ],
  ["shares above 100 include all", rollout("new-nav", 150), "grace", true],
  ["the second variant", variants("pricing-page", [40, 30, 30]), "ada", "v1"],
  [
    "the first variant",
    variants("pricing-page", [40, 30, 30]),
    "grace",
    "v0",
  ],
  [
    "a gap after the last variant is true (FLG-043)",
    variants("gap-test", [33.33, 33.33, 33.33]),
    "user-6070",
    true,
  ],
  ["a holdout", holdout(37), "grace", "holdout-3"],
  ["just no holdout", holdout(36), "grace", true],
];

for (const [name, row, distinctId, expected] of CONSEQUENCES) {
  Deno.test(`evaluateFlagSet() buckets: ${name} (FLG-040)`, async () => {
    assertEquals(await read([row], { distinctId }), expected);
  });
}

Deno.test("evaluateFlagSet() takes composed and decomposed ids for two people (FLG-044)", async () => {
  const at64 = [rollout("new-nav", 64)];
  assertEquals(await read(at64, { distinctId: "zoë".normalize("NFC") }), false);
  assertEquals(await read(at64, { distinctId: "zoë".normalize("NFD") }), true);
});

function rollout(key: string, percentage: number): Record<string, unknown> {
  return { ...flag([{ "rollout_percentage": percentage }]), key };
}

function variants(
  key: string,
  shares: readonly number[],
): Record<string, unknown> {
  const list = shares.map((share, index) => ({
    key: `v${index}`,
    "rollout_percentage": share,
  }));
  return { ...flag([{}], { multivariate: { variants: list } }), key };
}

function holdout(share: number): Record<string, unknown> {
  return flag([{}], { holdout: { id: 3, "exclusion_percentage": share } });
}
