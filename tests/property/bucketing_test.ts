import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Hasher } from "../../src/core/hash.ts";
import type { FlagValue } from "../../src/flags/results.ts";
import { compile, evaluateOne, flag } from "../unit/flags/_helpers.ts";
import { syncHasher } from "edgehog/sync-hash";

const ONE = 2n ** 60n;

/** A hasher whose digests all begin with these 60 bits. */
function createFixedHasher(bits: bigint): Hasher {
  const digest = new Uint8Array(20);
  new DataView(digest.buffer).setBigUint64(0, bits << 4n);
  return { digest: (texts) => texts.map(() => digest) };
}

/** The 60 bits whose bucket is this double, or for tiny ones just below it. */
function toBits(bucket: number): bigint {
  const bits = BigInt(Math.floor(bucket * 2 ** 60));
  return bits >= ONE ? ONE - 1n : bits;
}

/** The doubles before and after a positive one. */
function neighbours(value: number): readonly [below: number, above: number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  view.setBigUint64(0, bits - 1n);
  const below = view.getFloat64(0);
  view.setBigUint64(0, bits + 1n);
  return [below, view.getFloat64(0)];
}

async function evaluate(
  filters: Record<string, unknown>,
  rollout: unknown,
  hasher: Hasher,
  distinctId = "ada",
): Promise<FlagValue> {
  const compiled = compile([
    flag([{ "rollout_percentage": rollout }], filters),
  ]);
  const outcome = await evaluateOne(compiled, "f", { distinctId }, hasher);
  assert(outcome?.kind === "value");
  return outcome.value;
}

function toMultivariate(
  shares: readonly number[],
): Record<string, unknown> {
  const variants = shares.map((share, index) => ({
    key: `v${index}`,
    "rollout_percentage": share,
  }));
  return { multivariate: { variants } };
}

/** Spread evenly, while doubles crowd around 0. */
function percentages(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: min * 1e6, max: max * 1e6 }).map((n) => n / 1e6);
}

const SHARE = fc.oneof(
  fc.double({ min: 0, max: 100, noNaN: true }),
  percentages(0, 100),
  fc.constantFrom(0, 1, 10, 33.33, 33.34, 50, 100),
);
const SHARES = fc.array(SHARE, { minLength: 1, maxLength: 6 });

/** The variant at a bucket by the rule of the specification, or `true` behind the last one. */
function expectedVariant(
  bounds: readonly number[],
  bits: bigint,
): FlagValue {
  const bucket = Number(bits) / Number(ONE);
  const index = bounds.findIndex((bound) => bucket < bound);
  return index < 0 ? true : `v${index}`;
}

Deno.test("every id has exactly one variant or none, and the regions end at the sums of the shares (FLG-041, FLG-043)", async () => {
  let edges = 0;
  const property = fc.asyncProperty(
    SHARES,
    fc.bigInt({ min: 0n, max: ONE - 1n }),
    async (shares, anywhere) => {
      const filters = toMultivariate(shares);
      let sum = 0;
      const bounds = shares.map((share) => sum += share / 100);
      const at = (bits: bigint) =>
        evaluate(filters, 100, createFixedHasher(bits));
      assertEquals(await at(anywhere), expectedVariant(bounds, anywhere));
      for (const [index, bound] of bounds.entries()) {
        // Nearer to 0 the digest's bits are coarser than doubles; above 1 there are no buckets.
        if (bound < 2 ** -7 || bound > 1) continue;
        const [below, above] = neighbours(bound);
        for (const bucket of [below, bound, above]) {
          const bits = toBits(bucket);
          assertEquals(await at(bits), expectedVariant(bounds, bits));
          edges++;
        }
        // Exclusive: the bound itself belongs to what comes behind.
        if (below >= (bounds[index - 1] ?? 0)) {
          assertEquals(await at(toBits(below)), `v${index}`);
        }
        assert(await at(toBits(bound)) !== `v${index}`);
      }
    },
  );
  await fc.assert(property, { numRuns: 1500 });
  assert(edges > 3000, `${edges} edges show too little`);
});

Deno.test("a rollout lets in the buckets up to its share, itself included (FLG-041)", async () => {
  const property = fc.asyncProperty(percentages(1, 99), async (percentage) => {
    const bound = percentage / 100;
    const [below, above] = neighbours(bound);
    const isIn = (bucket: number) =>
      evaluate({}, percentage, createFixedHasher(toBits(bucket)));
    assertEquals(
      [await isIn(below), await isIn(bound), await isIn(above)],
      [true, true, false],
    );
  });
  await fc.assert(property, { numRuns: 1000 });
});

Deno.test("raising a rollout keeps everyone in, and in the same variant (FLG-041)", async () => {
  let kept = 0;
  const property = fc.asyncProperty(
    fc.string({ minLength: 1, unit: "binary" }),
    fc.array(percentages(-5, 105), { minLength: 2, maxLength: 6 }),
    fc.option(SHARES),
    async (distinctId, rollouts, shares) => {
      const filters = shares ? toMultivariate(shares) : {};
      const values: FlagValue[] = [];
      for (const rollout of rollouts.toSorted((a, b) => a - b)) {
        values.push(await evaluate(filters, rollout, syncHasher, distinctId));
      }
      const first = values.findIndex((value) => value !== false);
      if (first < 0) return;
      assertEquals(new Set(values.slice(first)).size, 1, values.join());
      kept += values.length - first - 1;
    },
  );
  await fc.assert(property, { numRuns: 3000 });
  assert(kept > 1500, `${kept} raises show too little`);
});
