import type { Bytes } from "../core/bytes.ts";
import type { JsonValue } from "../core/json.ts";
import type { IncomingRequest } from "./types.ts";

/** A request that was read, and what reading its body met. */
export interface ReadRequest {
  /** The request. */
  readonly incoming: IncomingRequest;
  /** Why there is no JSON in the body, if there is none. */
  readonly bodyError: string | undefined;
  /** Letters of the decoded body. */
  readonly textLength: number;
}

/** Reads a request to its end. Never rejects: a body that can't be read is an error for the endpoint to answer. */
export async function readRequest(
  request: Request,
  receivedAt: number,
): Promise<ReadRequest> {
  const url = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  const { bytes, text, json, error } = await readBody(
    request,
    headers["content-encoding"],
  );
  return {
    incoming: {
      method: request.method,
      url: request.url,
      path: url.pathname.length > 1
        ? url.pathname.replace(/\/$/, "")
        : url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers,
      body: json ?? (text === "" ? undefined : text),
      bodyBytes: bytes,
      receivedAt,
    },
    bodyError: error,
    textLength: text?.length ?? 0,
  };
}

/** Bytes of a decompressed body at most, as in PostHog: a few more, compressed well, would fill the memory. */
const MAX_DECODED_BYTES = 100 * 1024 * 1024;

interface ReadBody {
  readonly bytes: number;
  readonly text?: string;
  readonly json?: JsonValue;
  readonly error?: string;
}

async function readBody(
  request: Request,
  encoding: string | undefined,
): Promise<ReadBody> {
  let bytes: Bytes;
  try {
    bytes = new Uint8Array(await request.arrayBuffer());
  } catch {
    return { bytes: 0, error: "the body broke off" };
  }
  const size = bytes.byteLength;
  let text: string;
  try {
    text = await decode(bytes, encoding);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "unknown";
    return { bytes: size, error: `the body can't be decoded: ${reason}` };
  }
  try {
    return { bytes: size, text, json: JSON.parse(text) };
  } catch {
    return {
      bytes: size,
      text,
      error: text === "" ? "the body is empty" : "the body is not JSON",
    };
  }
}

/** Throws where the runtime can't decompress, or the bytes are not what the header says. */
async function decode(
  bytes: Bytes,
  encoding: string | undefined,
): Promise<string> {
  if (encoding === undefined || encoding === "identity") {
    return new TextDecoder().decode(bytes);
  }
  if (encoding !== "gzip" && encoding !== "deflate") {
    throw new Error(`unknown encoding ${encoding}`);
  }
  const { DecompressionStream: Decompressor } = globalThis as {
    DecompressionStream?: typeof DecompressionStream;
  };
  if (!Decompressor) throw new Error(`no ${encoding} in this runtime`);
  const stream = new Decompressor(encoding);
  const writer = stream.writable.getWriter();
  let size = 0;
  const bounded = stream.readable.pipeThrough(
    new TransformStream<Bytes, Bytes>({
      transform(chunk, controller) {
        size += chunk.byteLength;
        if (size > MAX_DECODED_BYTES) throw new Error("it is too large");
        controller.enqueue(chunk);
      },
    }),
  );
  // All at once: awaiting the write first would deadlock on large bodies.
  const [text] = await Promise.all([
    new Response(bounded).text(),
    writer.write(bytes),
    writer.close(),
  ]);
  return text;
}
