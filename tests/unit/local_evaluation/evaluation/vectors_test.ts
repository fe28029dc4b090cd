import { assertEquals } from "@std/assert";
import { syncHasher } from "edgehog/sync-hash";
import { webCryptoHasher } from "../../../../src/core/hash.ts";
import { EXPECTED } from "../../../vectors/_expected.ts";
import {
  count,
  judgeFlagVectors,
  judgeHashVectors,
} from "../../../vectors/_judge.ts";

const HASHERS = { syncHasher, webCryptoHasher };

function readVectors(name: string): Promise<string> {
  return Deno.readTextFile(
    new URL(`../../../vectors/${name}`, import.meta.url),
  );
}

for (const [name, hasher] of Object.entries(HASHERS)) {
  Deno.test(`${name} gives the value of every hash vector (FLG-040, FLG-047)`, async () => {
    const text = await readVectors("hash.json");
    assertEquals(await judgeHashVectors(text, hasher), []);
  });
}

for (const { name, setting, counts } of EXPECTED) {
  Deno.test(`evaluateFlagSet() answers no flag vector wrongly, ${name}`, async () => {
    const text = await readVectors("flags-vectors.json");
    const verdicts = await judgeFlagVectors(text, syncHasher, setting);
    assertEquals(count(verdicts), { ...counts, wrong: [] });
  });
}

Deno.test("evaluateFlagSet() answers every flag vector the same with Web Crypto (FLG-047)", async () => {
  const text = await readVectors("flags-vectors.json");
  const setting = { timeZone: "UTC", isCached: false } as const;
  assertEquals(
    await judgeFlagVectors(text, webCryptoHasher, setting),
    await judgeFlagVectors(text, syncHasher, setting),
  );
});
