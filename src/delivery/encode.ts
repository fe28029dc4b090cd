import type { Bytes } from "../core/bytes.ts";

/** How a body can be compressed; `deflate` is zlib-wrapped, as the header of that name means. */
export type Codec = "gzip" | "deflate";

/** Compresses a body; undefined where the runtime can't, or fails: that costs bytes, never events. */
export async function compress(
  bytes: Bytes,
  codec: Codec,
): Promise<Bytes | undefined> {
  try {
    const compressor = new CompressionStream(codec);
    const stream = new Response(bytes).body?.pipeThrough(compressor);
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    return undefined;
  }
}
