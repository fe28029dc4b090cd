import { assertEquals } from "@std/assert";
import { COMPOSITIONS } from "../../scripts/_compositions.ts";
import { measureApplication, type Size } from "../../scripts/_sizes.ts";

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
