import { assertEquals } from "@std/assert";
import { isSameSecret } from "../../../src/core/secret.ts";

const ROWS: readonly (readonly [
  given: string,
  expected: string,
  isSame: boolean,
])[] = [
  ["s3cret", "s3cret", true],
  ["", "s3cret", false],
  ["s3cre", "s3cret", false],
  ["s3cret ", "s3cret", false],
  ["S3cret", "s3cret", false],
  ["é", "é", true],
  ["é", "e", false],
];

for (const [given, expected, isSame] of ROWS) {
  Deno.test(`isSameSecret() tells "${given}" from "${expected}": ${isSame}`, async () => {
    assertEquals(await isSameSecret(given, expected), isSame);
  });
}

Deno.test("isSameSecret() compares whole digests, wherever they differ", async () => {
  const secrets = Array.from({ length: 300 }, (_, index) => `secret ${index}`);
  const matches = await Promise.all(
    secrets.map((secret) => isSameSecret(secret, "secret 7")),
  );
  assertEquals(matches.filter(Boolean).length, 1);
});
