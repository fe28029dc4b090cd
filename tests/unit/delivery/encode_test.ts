import { assertEquals } from "@std/assert";
import { encodeBody } from "../../../src/delivery/encode.ts";

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(
    new DecompressionStream("gzip"),
  );
  return await new Response(stream).text();
}

Deno.test("encodeBody() gzips, also 5 MiB, without deadlock (CAP-250, CAP-254)", async () => {
  const text = "é".repeat(2.5 * 1024 * 1024);
  const { bytes, encoding } = await encodeBody(text, "gzip");
  assertEquals([encoding, bytes[0], bytes[1]], ["gzip", 0x1f, 0x8b]);
  assertEquals(await gunzip(bytes) === text, true);
});

Deno.test("encodeBody() leaves the body plain when told to (CAP-251)", async () => {
  const { bytes, encoding } = await encodeBody("{}", undefined);
  assertEquals([new TextDecoder().decode(bytes), encoding], ["{}", undefined]);
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
  Deno.test(`encodeBody() sends plain where the compressor ${name} (CAP-251, CAP-253)`, async () => {
    const original = globalThis.CompressionStream;
    Object.assign(globalThis, { CompressionStream: replacement });
    try {
      const { bytes, encoding, hasFailed } = await encodeBody("{}", "gzip");
      assertEquals([new TextDecoder().decode(bytes), encoding, hasFailed], [
        "{}",
        undefined,
        replacement && true,
      ]);
    } finally {
      globalThis.CompressionStream = original;
    }
  });
}

Deno.test("encodeBody() deflates in the zlib form, as the header means it (CAP-252)", async () => {
  const { bytes, encoding } = await encodeBody("{}", "deflate");
  assertEquals(encoding, "deflate");
  const stream = new Blob([bytes]).stream().pipeThrough(
    new DecompressionStream("deflate"),
  );
  assertEquals(await new Response(stream).text(), "{}");
});
