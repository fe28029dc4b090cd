import { assert, assertEquals } from "@std/assert";
import {
  ADDITIONS,
  COMPOSITIONS,
} from "../../scripts/measure/_compositions.ts";
import {
  measureAddition,
  measureApplication,
  type Size,
} from "../../scripts/measure/_sizes.ts";

for (const composition of COMPOSITIONS) {
  const { name, code, maxGzipBytes, absent } = composition;
  sizeTest(`an app of ${name} stays within its budget`, () => {
    assertEquals(excess(measureApplication(code), maxGzipBytes), "none");
  });
  if (absent.length > 0) {
    sizeTest(
      `an app of ${name} carries nothing of what it does not use`,
      () => {
        assertEquals(strays(measureApplication(code), absent), []);
      },
    );
  }
}

for (const addition of ADDITIONS) {
  const { name, to, maxGzipBytes } = addition;
  sizeTest(`${name} on top of ${to} stays within its budget`, () => {
    const gzipped = measureAddition(addition);
    // Nothing at all would be a line that measures nothing.
    assert(gzipped > 0 && gzipped <= maxGzipBytes, `${gzipped} bytes`);
  });
}

/** Deno's sanitizers are off in it, since the thread that esbuild starts for its first build outlives the test. */
function sizeTest(name: string, fn: () => void): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

/** By how much a bundle is too heavy. */
function excess({ gzipped }: Size, maxGzipBytes: number): string {
  return gzipped <= maxGzipBytes
    ? "none"
    : `${gzipped - maxGzipBytes} bytes: ${gzipped} of ${maxGzipBytes}`;
}

/** The files below these paths of which a bundle has anything. */
function strays(
  { files }: Size,
  absent: readonly string[],
): readonly string[] {
  return files
    .filter(([path]) => absent.some((start) => path.startsWith(start)))
    .map(([path, bytes]) => `${path}: ${bytes} bytes`);
}
