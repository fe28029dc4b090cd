import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  estimateWays,
  isAffordable,
} from "../../../../src/local_evaluation/regex/regex_cost.ts";
import { scanRegex } from "../../../../src/local_evaluation/regex/regex_syntax.ts";
import { patternNode, print, search } from "../evaluation/_backtracking.ts";

/** A way takes its length in steps, and each start and end of a loop is another way: no more than doubles it. */
const STEPS_PER_ATOM = 2;

const subject = fc.string({
  unit: fc.constantFrom("a", "a", "a", "a", "b"),
  minLength: 8,
  maxLength: 80,
  size: "max",
});

Deno.test("A search stays within its estimate, and within the server's limit (FLG-058)", () => {
  let [searched, dear] = [0, 0];
  const property = fc.property(patternNode, subject, (node, text) => {
    const pattern = print(node);
    const scan = scanRegex(pattern);
    if (scan.kind !== "portable" || !isAffordable(scan.shape, text.length)) {
      return;
    }
    const { isFound, steps, backtracks } = search(node, text);
    // The count is of the search that the engine makes.
    assertEquals(isFound, new RegExp(scan.source, scan.flags).test(text));
    const budget = STEPS_PER_ATOM * scan.shape.length *
      // Every start is looked at, the anchored ones too.
      (estimateWays(scan.shape, text.length) + text.length + 1);
    assertEquals(steps <= budget, true, `${pattern}: ${steps} of ${budget}`);
    if (scan.shape.isFancy) {
      assertEquals(backtracks <= 10_000, true, `${pattern}: ${backtracks}`);
    }
    searched++;
    if (steps > 1000) dear++;
  });
  fc.assert(property, { numRuns: 3000, seed: 58 });
  // Enough of them are worth a bound.
  assertEquals(searched > 1500 && dear > 100, true, `${searched}, ${dear}`);
});
