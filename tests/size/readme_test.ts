import { assert, assertEquals } from "@std/assert";
import { COMPOSITIONS } from "../../scripts/measure/_compositions.ts";
import { measureApplication } from "../../scripts/measure/_sizes.ts";
import { fromRoot } from "../_kit/paths.ts";

/** The compositions whose sizes the README gives, in its order. */
const NAMED = [
  "capture only",
  "capture + remote flags",
  "… + local evaluation",
  "everything",
];

/** In kB: a figure that is so far off is a wrong one. */
const TOLERANCE = 0.6;

Deno.test({
  name: "the README's sizes are those of the compositions",
  // The thread that esbuild starts for its first build outlives the test.
  sanitizeOps: false,
  sanitizeResources: false,
  fn() {
    const readme = Deno.readTextFileSync(fromRoot("README.md"));
    const [, figures = ""] = /\| ([\d./ ]+) kB/.exec(readme) ?? [];
    const sizes = NAMED.map((wanted) => {
      const code = COMPOSITIONS.find(({ name }) => name === wanted)?.code ?? "";
      return measureApplication(code).gzipped / 1000;
    });
    const given = figures.split(" / ").map(Number);
    assertEquals(given.length, sizes.length);
    const isNear = given.every((figure, index) =>
      Math.abs(figure - (sizes[index] ?? 0)) < TOLERANCE
    );
    assert(isNear, `${sizes}`);
  },
});
