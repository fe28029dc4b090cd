import { assertEquals } from "@std/assert";
import { build, condition, fixed, flag, rule } from "./_world.ts";
import { evaluate } from "./_evaluate.ts";

function needs(...pairs: [flag: string, variation: string][]): object {
  return {
    prerequisites: pairs.map(([prerequisiteFlagKey, expectedVariationKey]) => ({
      prerequisiteFlagKey,
      expectedVariationKey,
    })),
  };
}

const FAILED = {
  value: false,
  reason: "PrerequisiteFailed",
  variationKey: "off",
} as const;

Deno.test("a prerequisite that is satisfied leaves no trace (FFL-071)", () => {
  assertEquals(evaluate(build([flag("f", needs(["p", "on"])), flag("p")])), {
    value: true,
    reason: "Fallthrough",
    variationKey: "on",
  });
});

Deno.test("one that serves another variation turns the flag off, as one that is unknown (FFL-072, FFL-073)", () => {
  for (const other of [flag("p", { fallthrough: fixed("off") }), flag("q")]) {
    assertEquals(evaluate(build([flag("f", needs(["p", "on"])), other])), {
      ...FAILED,
      prerequisiteKey: "p",
    });
  }
});

Deno.test("of a disabled prerequisite the key alone counts (FFL-074)", () => {
  const disabled = flag("p", { enabled: false });
  assertEquals(
    evaluate(build([flag("f", needs(["p", "on"])), disabled])).reason,
    "PrerequisiteFailed",
  );
  assertEquals(
    evaluate(build([flag("f", needs(["p", "off"])), disabled])).reason,
    "Fallthrough",
  );
});

Deno.test("the first that fails is told, and of a chain the nearest (FFL-075, FFL-076)", () => {
  const several = build([
    flag("f", needs(["a", "on"], ["b", "off"], ["c", "off"])),
    flag("a"),
    flag("b"),
    flag("c"),
  ]);
  assertEquals(evaluate(several).prerequisiteKey, "b");
  const nested = build([
    flag("f", needs(["a", "on"])),
    flag("a", needs(["b", "off"])),
    flag("b"),
  ]);
  assertEquals(evaluate(nested), { ...FAILED, prerequisiteKey: "a" });
});

Deno.test("a disabled flag looks at none (FFL-077)", () => {
  assertEquals(
    evaluate(build([flag("f", { ...needs(["x", "on"]), enabled: false })]))
      .reason,
    "FlagDisabled",
  );
});

function chain(length: number): object {
  return build(
    Array.from(
      { length },
      (_, at) =>
        flag(`f${at}`, at + 1 < length ? needs([`f${at + 1}`, "on"]) : {}),
    ),
  );
}

Deno.test("eleven flags in a row are evaluated, twelve are an error (FFL-078, FFL-081)", () => {
  assertEquals(evaluate(chain(11), {}, "f0").reason, "Fallthrough");
  assertEquals(evaluate(chain(12), {}, "f0"), {
    value: false,
    reason: "Error",
    variationKey: "off",
  });
  assertEquals(evaluate(chain(12), {}, "f1").reason, "Fallthrough");
});

Deno.test("circles end in an error (FFL-079)", () => {
  assertEquals(
    evaluate(build([flag("f", needs(["f", "on"]))])).reason,
    "Error",
  );
  const many = build(
    ["f", "g", "h"].map((key) =>
      flag(key, needs(["f", "on"], ["g", "on"], ["h", "on"]))
    ),
  );
  assertEquals(evaluate(many).reason, "Error");
});

Deno.test("a shared prerequisite is evaluated once a call (FFL-080)", () => {
  let reads = 0;
  const context = {
    get a() {
      return String(++reads);
    },
  };
  const p = flag("p", { rules: [rule([condition("a", "Equals", ["never"])])] });
  const snapshot = build([
    flag("f", needs(["a", "on"], ["b", "on"], ["p", "on"])),
    flag("a", needs(["p", "on"])),
    flag("b", needs(["p", "on"])),
    p,
  ]);
  assertEquals(evaluate(snapshot, context).reason, "Fallthrough");
  assertEquals(reads, 1);
});
