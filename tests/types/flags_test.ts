import { assertEquals } from "@std/assert";
import type { FeatureFlagEvaluations, FlagDetail } from "edgehog";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Fails to compile unless the two types are the same. */
function assertSame<A, B>(isSame: Equal<A, B>): void {
  assertEquals(isSame, true);
}

function read(flags: FeatureFlagEvaluations) {
  return {
    detail: flags.detail("limit", 0),
    json: flags.json("colour", "teal"),
    object: flags.json("theme", { dark: false as boolean }),
  };
}

Deno.test("Typed reads promise the default's type, not its literal (FLG-108)", () => {
  assertSame<ReturnType<typeof read>["detail"], FlagDetail<number>>(true);
  assertSame<ReturnType<typeof read>["json"], string>(true);
  assertSame<ReturnType<typeof read>["object"], { dark: boolean }>(true);
});
