import { assertEquals } from "@std/assert";
import { compress } from "../../../src/delivery/encode.ts";

const BODY = new TextEncoder().encode("{}");

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(
    new DecompressionStream("gzip"),
  );
  return await new Response(stream).text();
}

Deno.test("compress() gzips, also 5 MiB, without deadlock (CAP-250, CAP-254)", async () => {
  const text = "é".repeat(2.5 * 1024 * 1024);
  const bytes = await compress(new TextEncoder().encode(text), "gzip") ??
    new Uint8Array();
  assertEquals([bytes[0], bytes[1]], [0x1f, 0x8b]);
  assertEquals(await gunzip(bytes) === text, true);
});

for (
  const [name, replacement] of [
    ["is missing", undefined],
    ["can't be constructed", () => {
      throw new TypeError("no");
    }],
    ["fails midway", function () {
      return new TransformStream({
        transform() {
          throw new Error("midway");
        },
      });
    }],
  ] as const
) {
  Deno.test(`compress() gives nothing where the compressor ${name} (CAP-251, CAP-253)`, async () => {
    const original = globalThis.CompressionStream;
    Object.assign(globalThis, { CompressionStream: replacement });
    try {
      assertEquals(await compress(BODY, "gzip"), undefined);
    } finally {
      globalThis.CompressionStream = original;
    }
  });
}

Deno.test("compress() deflates in the zlib form, as the header means it (CAP-252)", async () => {
  const bytes = await compress(BODY, "deflate");
  const stream = new Response(bytes).body?.pipeThrough(
    new DecompressionStream("deflate"),
  );
  assertEquals(await new Response(stream).text(), "{}");
});
