import { assert, assertEquals, assertThrows } from "@std/assert";
import type { UnresolvedFlagReason } from "edgehog";
import { dependency } from "../local_evaluation/evaluation/_filters.ts";
import { flag, logged, remoteOf } from "./_helpers.ts";

import {
  create,
  listErrors,
  matching,
  onCompany,
  SPLIT,
  sticky,
  STRICT,
} from "./_unresolved.ts";

Deno.test("R48: a continuity flag, local only (UPS-110, UPS-113, UPS-114)", async () => {
  const harness = create([sticky], STRICT);
  const flags = await harness.evaluateFlags("ada");
  const { unresolvedFlags } = flags;
  assertEquals(unresolvedFlags, { c: "experience_continuity" });
  assertThrows(() => {
    (unresolvedFlags as Record<string, unknown>)["c"] = 1;
  });
  assertEquals(harness.drafts, []);
  assertEquals(flags.onlyAccessed().keys, []);
  assertEquals(flags.keys, []);
  assertEquals(flags.detail("c", true).reason, "inconclusive");
  assertEquals(listErrors(harness), ["local_evaluation_inconclusive"]);
  // FLD-034 has the warning at the end of the first evaluation.
  await harness.evaluateFlags("bob");
  const [warning = "", ...others] = logged(harness, "warn");
  assert(warning.includes('"c"') && warning.includes("experience continuity"));
  assertEquals(others, []);
  assertEquals(harness.paths(), ["/flags/definitions"]);
});

/** How PostHog answers about the flag that definitions can't decide, and what is left of it. */
const ANSWERS: readonly (readonly [
  name: string,
  remote: ReturnType<typeof remoteOf> | { readonly kind: "hang" },
  isUnresolved: boolean,
  error: string | undefined,
  reason: string | undefined,
])[] = [
  [
    "it has a value (R51)",
    remoteOf({ c: { enabled: true } }),
    false,
    undefined,
    undefined,
  ],
  [
    "none comes in time (R52)",
    { kind: "hang" },
    true,
    "timeout,local_evaluation_inconclusive",
    "timeout",
  ],
  [
    "it does not know it",
    remoteOf({}),
    true,
    "local_evaluation_inconclusive",
    "flag_missing",
  ],
  [
    "it failed on it",
    remoteOf({ c: { enabled: false, failed: true } }),
    true,
    "errors_while_computing_flags,local_evaluation_inconclusive",
    "errors_while_computing_flags",
  ],
  [
    "the quota is used up",
    remoteOf({}, { quotaLimited: ["feature_flags"] }),
    true,
    "quota_limited,local_evaluation_inconclusive",
    "quota_limited",
  ],
];

for (const [name, remote, isUnresolved, error, reason] of ANSWERS) {
  Deno.test(`What PostHog says of a flag that can't be decided: ${name} (UPS-111, UPS-113, UPS-114)`, async () => {
    const harness = create([sticky], {
      remote: [remote],
      settings: { featureFlagsRequestMaxRetries: 0 },
    });
    const evaluation = harness.evaluateFlags("ada");
    if ("kind" in remote) await harness.clock.advance(3000);
    const flags = await evaluation;
    assertEquals(
      flags.unresolvedFlags,
      isUnresolved ? { c: "experience_continuity" } : {},
    );
    assertEquals(flags.getFlag("c"), isUnresolved ? undefined : true);
    assertEquals(listErrors(harness), [error]);
    assertEquals(flags.detail("c", true).reason, reason);
  });
}

Deno.test("R53: a key without a definition is missing (UPS-111, UPS-113)", async () => {
  const harness = create([flag([{}])], { remote: [remoteOf({})] });
  const flags = await harness.evaluateFlags("ada", { flagKeys: ["zzz"] });
  assertEquals(flags.unresolvedFlags, {});
  assertEquals(flags.getFlag("zzz"), undefined);
  assertEquals(listErrors(harness), ["flag_missing"]);
});

Deno.test("A group that was asked for by name and not given is context (UPS-111)", async () => {
  const harness = create([onCompany([{}])], { remote: [remoteOf({})] });
  const named = await harness.evaluateFlags("ada", { flagKeys: ["f"] });
  assertEquals(named.unresolvedFlags, { f: "missing_context" });
  assertEquals((await harness.evaluateFlags("ada")).unresolvedFlags, {});
});

Deno.test("Only what is wanted and not forced is unresolved (UPS-111)", async () => {
  const omitted = {
    ...sticky,
    key: "client",
    "evaluation_runtime": "client",
  };
  const other = { ...matching(dependency("c")), key: "other" };
  const harness = create([sticky, omitted, other], STRICT);
  harness.overrideFeatureFlags({ other: true });
  const unresolved = async (flagKeys?: readonly string[]) =>
    (await harness.evaluateFlags("ada", { flagKeys })).unresolvedFlags;
  assertEquals(await unresolved(), { c: "experience_continuity" });
  assertEquals(await unresolved(["client", "other"]), {});
});

Deno.test("R55: a slice, and the snapshot for nobody, have none (UPS-110)", async () => {
  const harness = create([sticky, flag([{}])], STRICT);
  const flags = await harness.evaluateFlags("ada");
  assertEquals(flags.only(["c"]).unresolvedFlags, {});
  assertEquals(flags.onlyAccessed().unresolvedFlags, {});
  const nobody = await harness.evaluateFlags("");
  assertEquals(nobody.unresolvedFlags, {});
  assert(Object.isFrozen(nobody.unresolvedFlags));
});

Deno.test("R54: a definition of version 2 is left to PostHog, and nothing tells what is in it (UPS-140, UPS-141)", async () => {
  const on = { ...flag([{}]), key: "on" };
  const local = create([SPLIT, on], STRICT);
  const flags = await local.evaluateFlags("ada");
  assertEquals([flags.getFlag("f"), flags.getFlag("on")], [undefined, true]);
  assertEquals(flags.unresolvedFlags, { f: "unsupported_definition" });
  const remote = create([SPLIT, on], {
    remote: [remoteOf({ f: { enabled: true, variant: "fast" } })],
  });
  const asked = await remote.evaluateFlags("ada");
  assertEquals(asked.getFlag("f"), "fast");
  assertEquals(asked.unresolvedFlags, {});
  assertEquals(remote.paths(), ["/flags/definitions", "/flags/"]);
  for (const { drafts, errors, logger } of [local, remote]) {
    const said = JSON.stringify([drafts, errors.map(String), logger.entries]);
    for (const secret of ["s-1", "0199c3aa", "sha1_60_v1", "slow"]) {
      assert(!said.includes(secret), said);
    }
  }
});

Deno.test("A flag that definitions leave out is asked for where it is named, and not seen otherwise (UPS-142)", async () => {
  const harness = create([flag([{}])], {
    remote: [remoteOf({ split: { value: "fast" } })],
  });
  const all = await harness.evaluateFlags("ada");
  assertEquals(all.keys, ["f"]);
  assertEquals(harness.paths(), ["/flags/definitions"]);
  const named = await harness.evaluateFlags("ada", { flagKeys: ["split"] });
  assertEquals(named.getFlag("split"), "fast");
  assertEquals(harness.paths(), ["/flags/definitions", "/flags/"]);
});

Deno.test("A key called __proto__ is one like any other (UPS-110)", async () => {
  const harness = create([{ ...sticky, key: "__proto__" }], STRICT);
  const { unresolvedFlags } = await harness.evaluateFlags("ada");
  assertEquals(Object.entries(unresolvedFlags), [
    ["__proto__", "experience_continuity"],
  ]);
});

Deno.test("The type of the reasons is exported (UPS-117)", () => {
  const reasons: Record<UnresolvedFlagReason, true> = {
    "experience_continuity": true,
    "unsupported_definition": true,
    "unresolved_dependency": true,
    "missing_context": true,
  };
  assertEquals(Object.keys(reasons).length, 4);
});
