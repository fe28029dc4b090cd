import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { syncHasher } from "edgehog/sync-hash";
import { webCryptoHasher } from "../../src/core/hash.ts";
import { buildEvaluationInput } from "../../src/flags/input.ts";
import { evaluateFlagSet } from "../../src/local_evaluation/evaluation/passes.ts";
import { compile, flag } from "./flags/_helpers.ts";

/** The digests in hexadecimal, from an answer that must not be a promise. */
function digest(texts: readonly string[]): string[] {
  const digests = syncHasher.digest(texts);
  if (digests instanceof Promise) throw new Error("It answered later");
  return digests.map((digest) => digest.toHex());
}

/** Node's own, over the bytes of the Encoding standard. */
function expected(text: string): string {
  return createHash("sha1").update(new TextEncoder().encode(text)).digest(
    "hex",
  );
}

Deno.test("syncHasher gives the digests of RFC 3174", () => {
  assertEquals(digest(["abc", "0123456701234567".repeat(40), ""]), [
    "a9993e364706816aba3e25717850c26c9cd0d89d",
    "dea356a2cddd90c7a7ecedc5ebb563934f460452",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
  ]);
});

Deno.test("syncHasher digests texts of 0 to 200 units of one to four bytes, alone and together", () => {
  const texts = ["a", "ë", "鴨", "😀", "\ud800"].flatMap((unit) =>
    Array.from({ length: 201 }, (_, length) => unit.repeat(length))
  );
  const digests = texts.map(expected);
  assertEquals(digest(texts), digests);
  assertEquals(texts.flatMap((text) => digest([text])), digests);
});

Deno.test("syncHasher digests texts that differ in length, longest first and last", () => {
  const texts = ["x".repeat(70_000), "", "é".repeat(66_000), "abc", "\u0000"];
  assertEquals(digest(texts), texts.map(expected));
  texts.reverse();
  assertEquals(digest(texts), texts.map(expected));
});

Deno.test("syncHasher gives for any texts what Web Crypto gives, lone surrogates included (FLG-047)", async () => {
  const texts = fc.array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 150 }),
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 150 })
        .map((units) => String.fromCharCode(...units)),
    ),
    { maxLength: 6 },
  );
  const property = fc.asyncProperty(texts, async (texts) => {
    const digests = await webCryptoHasher.digest(texts);
    assertEquals(digest(texts), digests.map((digest) => digest.toHex()));
  });
  await fc.assert(property, { numRuns: 1500 });
});

Deno.test("syncHasher leaves earlier digests alone", () => {
  const [first] = syncHasher.digest(["abc"]) as Uint8Array[];
  const before = first?.toHex();
  digest(["something else"]);
  assertEquals(first?.toHex(), before);
});

Deno.test("evaluateFlagSet() gives the same outcomes with both hashers (FLG-047)", async () => {
  const multivariate = {
    variants: ["a", "b", "c"].map((key) => ({ key, "rollout_percentage": 30 })),
  };
  const rows = Array.from({ length: 50 }, (_, index) => ({
    ...flag([{ "rollout_percentage": 2 * index }, {
      "rollout_percentage": index,
      "aggregation_group_type_index": 0,
    }], {
      multivariate: index % 2 === 0 ? multivariate : null,
      holdout: { id: 1, "exclusion_percentage": 5 },
    }),
    key: `flag-${index}`,
  }));
  const rest = { "group_type_mapping": { "0": "company" } };
  for (const distinctId of ["ada", "grace", "zoë", "😀", "\udc00", "held-13"]) {
    const input = buildEvaluationInput({
      distinctId,
      groups: { company: 1042 },
      now: 0,
    });
    const [synchronous, asynchronous] = await Promise.all(
      [syncHasher, webCryptoHasher].map((hasher) =>
        evaluateFlagSet(compile(rows, rest), input, undefined, hasher)
      ),
    );
    assertEquals(synchronous?.size, 50);
    assertEquals(synchronous, asynchronous);
  }
});
