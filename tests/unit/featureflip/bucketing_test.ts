import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { bucket, digestMd5 } from "../../../src/featureflip/md5.ts";
import { build, fixed, flag, loadWorld, rule } from "./_world.ts";
import { evaluate } from "./_evaluate.ts";

function toHex(text: string): string {
  const words = digestMd5(text);
  const view = new DataView(new ArrayBuffer(16));
  words.forEach((word, at) => view.setUint32(at * 4, word, true));
  return Array.from(
    new Uint8Array(view.buffer),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** A flag of shares: pairs of key and weight. */
function shared(shares: [string, unknown][], more: object = {}): object {
  const variations = shares.map(([key, weight]) => ({ key, weight }));
  return build([flag("f", {
    variations: shares.map(([key]) => ({ key, value: key })),
    fallthrough: { type: "Rollout", salt: "rollout-a", variations, ...more },
  })]);
}

Deno.test("buckets are those of the contract's table (FFL-116, FFL-117)", () => {
  const rows: [string, string, number][] = [
    ["rollout-a", "u-1", 19],
    ["rollout-a", "u-2", 87],
    ["rollout-a", "u-3", 80],
    ["checkout-2026", "alice@example.com", 96],
    ["checkout-2026", "BOB", 75],
    ["checkout-2026", "bob", 49],
    ["", "anon-7", 6],
    ["", "", 9],
    ["пример", "über-9", 95],
    ["emoji", "user-🦔", 94],
    ["a", "b:c", 2],
    ["a:b", "c", 2],
  ];
  for (const [salt, value, expected] of rows) {
    assertEquals(bucket(salt, value), expected, `${salt}:${value}`);
  }
});

Deno.test("MD5 is that of RFC 1321, at every length around its blocks (FFL-118)", () => {
  const texts = [
    "",
    "a",
    "abc",
    "message digest",
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    "1234567890".repeat(8),
  ];
  const digests = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "0cc175b9c0f1b6a831c399e269772661",
    "900150983cd24fb0d6963f7d28e17f72",
    "f96b697d7cb7938d525a2f31aaf161d0",
    "c3fcd3d76192e4007dfb496cca67e13b",
    "d174ab98d277d9f5a5611c2c9f419d9f",
    "57edf4a22be3c955ac49da2e2107b67a",
  ];
  assertEquals(texts.map(toHex), digests);
  for (const length of [54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000]) {
    const text = "ü".repeat(length >> 1) + "x".repeat(length & 1);
    assertEquals(
      toHex(text),
      createHash("md5").update(text).digest("hex"),
      String(length),
    );
  }
});

Deno.test("shares are laid end to end, the last takes the rest (FFL-119, FFL-120)", () => {
  const of = (shares: [string, unknown][]) =>
    evaluate(shared(shares), { userId: "u-1" }).variationKey;
  assertEquals(of([["a", 19], ["b", 81]]), "b");
  assertEquals(of([["a", 20], ["b", 80]]), "a");
  assertEquals(of([["a", 0], ["b", 100]]), "b");
  assertEquals(of([["a", 100], ["b", 0]]), "a");
  assertEquals(of([["a", 10], ["b", 9], ["c", 81]]), "c");
  assertEquals(of([["a", 10], ["b", 10], ["c", 80]]), "b");
  assertEquals(of([["a", 5], ["b", 5]]), "b");
  assertEquals(of([["a", "90"], ["b", 5]]), "b");
});

Deno.test("without shares the serve's variation counts; without that, nothing (FFL-121)", async () => {
  const { client } = await loadWorld(build([
    flag("f", {
      fallthrough: { type: "Rollout", variation: "on", variations: [] },
    }),
    flag("g", { fallthrough: { type: "Rollout" } }),
    flag("h", { fallthrough: { type: "Fixed" } }),
  ]));
  assertEquals(client.boolVariation("f", {}, false), true);
  for (const key of ["g", "h"]) {
    assertEquals(client.variationDetail(key, {}, 7), {
      value: 7,
      reason: "Fallthrough",
    });
    assertEquals(client.boolVariation(key, {}, true), true);
  }
});

Deno.test("a typed read of no variation is an error (FFL-121)", async () => {
  const reasons: string[] = [];
  const { client } = await loadWorld(
    build([flag("f", { fallthrough: { type: "Fixed" } })]),
    { inspectors: [({ reason }) => void reasons.push(reason)] },
  );
  client.boolVariation("f", {}, true);
  assertEquals(reasons, ["Error"]);
});

Deno.test("who is bucketed, by what (FFL-122, FFL-123, FFL-124, FFL-125, FFL-126)", () => {
  const shares: [string, number][] = [["a", 20], ["b", 80]];
  const of = (more: object, context: object) =>
    evaluate(shared(shares, more), context as never).variationKey;
  for (const bucketBy of [null, undefined, "", "userId", "user_id"]) {
    assertEquals(of({ bucketBy }, { user_id: "u-1" }), "a");
    assertEquals(of({ bucketBy }, { userId: "u-2" }), "b");
    for (const nobody of [{}, { userId: "" }, { userId: null }]) {
      assertEquals(of({ bucketBy, salt: "x" }, nobody), "a");
    }
  }
  // Hashed as "": with the empty salt that is bucket 9, which only a share above it holds.
  assertEquals(
    evaluate(shared([["a", 9], ["b", 91]], { bucketBy: "company", salt: "" }))
      .variationKey,
    "b",
  );
  assertEquals(
    evaluate(shared([["a", 10], ["b", 90]], { bucketBy: "company", salt: "" }))
      .variationKey,
    "a",
  );
  const unsalted = (weight: number) =>
    evaluate(
      shared([["a", weight], ["b", 100 - weight]], { salt: undefined }),
      { userId: "anon-7" },
    ).variationKey;
  assertEquals([unsalted(6), unsalted(7)], ["b", "a"]);
  for (let id = 0; id < 50; id++) {
    assertEquals(of({}, { userId: id }), of({}, { userId: String(id) }));
  }
});

Deno.test("rules have shares of their own (FFL-119)", () => {
  const serve = {
    type: "Rollout",
    salt: "rollout-a",
    variations: [{ key: "on", weight: 19 }, { key: "off", weight: 81 }],
  };
  const snapshot = build([
    flag("f", { rules: [rule([], { serve })], fallthrough: fixed("on") }),
  ]);
  assertEquals(evaluate(snapshot, { userId: "u-1" }), {
    value: false,
    reason: "RuleMatch",
    variationKey: "off",
    ruleId: "r",
  });
});

Deno.test("half is half (FFL-127)", () => {
  const snapshot = shared([["a", 50], ["b", 50]], { salt: "half" });
  let count = 0;
  for (let id = 0; id < 10_000; id++) {
    if (
      evaluate(snapshot, { userId: `id-${id * 7919}` }).variationKey === "a"
    ) count++;
  }
  assert(count > 4700 && count < 5300, String(count));
});
