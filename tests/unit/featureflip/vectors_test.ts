import { assert, assertEquals } from "@std/assert";
import vectors from "../../vectors/featureflip-vectors.json" with {
  type: "json",
};
import { bucket } from "../../../src/featureflip/md5.ts";
import { build, flag, loadWorld, rule } from "./_world.ts";
import { evaluate } from "./_evaluate.ts";

Deno.test("the evaluator passes the vectors of Featureflip's own engine (FFL-056, FFL-057, FFL-058, FFL-116)", async (t) => {
  const { bucketVectors, rolloutVectors, conditionVectors, flagVectors } =
    vectors;
  for (
    const section of [
      bucketVectors,
      rolloutVectors,
      conditionVectors,
      flagVectors,
    ]
  ) assert(section.length > 0);
  for (const { id, salt, value, expectedBucket } of bucketVectors) {
    await t.step(id, () => assertEquals(bucket(salt, value), expectedBucket));
  }
  for (
    const { id, salt, value, variations, expectedVariation } of rolloutVectors
  ) {
    await t.step(id, () => {
      const snapshot = build([flag("f", {
        variations: variations.map(({ key }) => ({ key, value: key })),
        fallthrough: { type: "Rollout", bucketBy: "userId", salt, variations },
      })]);
      assertEquals(
        evaluate(snapshot, { userId: value }).variationKey,
        expectedVariation,
      );
    });
  }
  for (
    const { id, attribute, operator, values, negate, expectedMatch }
      of conditionVectors
  ) {
    await t.step(id, () => {
      const conditions = [{ attribute: "attr", operator, values, negate }];
      const { reason } = evaluate(
        build([flag("f", { rules: [rule(conditions)] })]),
        { attr: attribute.value },
      );
      assertEquals(reason === "RuleMatch", expectedMatch);
    });
  }
  for (
    const { id, flagKey, flags, segments, context, expected } of flagVectors
  ) {
    await t.step(id, async () => {
      const { kind, ...reason } = expected.reason;
      const detail = {
        value: expected.value,
        reason: kind,
        variationKey: expected.variation,
        ...reason,
      };
      const person = { userId: context.userId, ...context.attributes };
      assertEquals<unknown>(
        evaluate(build(flags, segments), person, flagKey),
        detail,
      );
      const { client } = await loadWorld(build(flags, segments));
      assertEquals<unknown>(
        client.variationDetail<unknown>(flagKey, person, "d"),
        detail,
      );
    });
  }
});
