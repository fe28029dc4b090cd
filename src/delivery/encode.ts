import type { Bytes } from "../core/bytes.ts";
import { findCompressionStream } from "../core/runtime.ts";

/** How a body can be compressed; `deflate` is zlib-wrapped, as the header of that name means. */
export type Codec = "gzip" | "deflate";

/** Bytes of a body and how they are encoded. */
export interface EncodedBody {
  /** The body. */
  readonly bytes: Bytes;
  /** The value of `Content-Encoding`, when compressed. */
  readonly encoding?: Codec;
  /** Whether compressing it failed. */
  readonly hasFailed?: boolean;
}

/**
 * Encodes a body, compressed where wanted and possible. A compressor that fails costs bytes, never events.
 */
export async function encodeBody(
  text: string,
  codec: Codec | undefined,
): Promise<EncodedBody> {
  const bytes = new TextEncoder().encode(text);
  const Compressor = codec && findCompressionStream();
  if (!codec || !Compressor) return { bytes };
  try {
    return {
      bytes: await pump(bytes, new Compressor(codec)),
      encoding: codec,
    };
  } catch {
    return { bytes, hasFailed: true };
  }
}

/** Writes and reads at once: awaiting the write first would deadlock on large bodies. */
async function pump(
  bytes: Bytes,
  stream: CompressionStream,
): Promise<Bytes> {
  const writer = stream.writable.getWriter();
  const [compressed] = await Promise.all([
    new Response(stream.readable).arrayBuffer(),
    writer.write(bytes),
    writer.close(),
  ]);
  return new Uint8Array(compressed);
}
