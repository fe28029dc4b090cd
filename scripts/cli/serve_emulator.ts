import { Buffer } from "node:buffer";
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { EmulatorFetch } from "../../src/dev/mod.ts";

/** An emulator that listens. `await using` ends it. */
export interface EmulatorServer extends AsyncDisposable {
  /** Where, without a slash at its end. */
  readonly url: string;
}

/** Bytes of a request at most, as in PostHog. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;

/** Addresses that stand for every address of the machine. */
const EVERYWHERE = new Set(["0.0.0.0", "::"]);

/**
 * Serves an emulator on loopback. Through `node:http`, because it can destroy the socket of a request that is to
 * be dropped: `Deno.serve` sends a status line before it fails, and a client would see an answer.
 *
 * @param port 0 for a free one.
 * @param address Another address than loopback's.
 */
export async function serveEmulator(
  emulator: { readonly fetch: EmulatorFetch },
  port: number,
  address = "127.0.0.1",
): Promise<EmulatorServer> {
  const server = createServer((incoming, outgoing) => {
    answer(emulator, incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  const bound = server.address();
  const name = EVERYWHERE.has(address)
    ? "127.0.0.1"
    : address.includes(":")
    ? `[${address}]`
    : address;
  return {
    url: `http://${name}:${
      typeof bound === "object" && bound !== null ? bound.port : port
    }`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  emulator: { readonly fetch: EmulatorFetch },
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.byteLength;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) {
    outgoing.writeHead(413).end();
    return;
  }
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const headers = Object.entries(incoming.headersDistinct)
    .map((
      [name, values],
    ): [string, string] => [name, values?.join(", ") ?? ""]);
  const response = await emulator.fetch(
    new URL(incoming.url ?? "/", `http://${incoming.headers.host}`),
    {
      method: incoming.method ?? "GET",
      headers,
      body: chunks.length === 0 ? null : Buffer.concat(chunks),
      signal: gone.signal,
    },
  );
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  for await (const chunk of response.body ?? []) await write(outgoing, chunk);
  outgoing.end();
}

/** Resolves when the chunk has left: what a broken body had before it broke must arrive. */
function write(outgoing: ServerResponse, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    outgoing.write(chunk, (error) => error ? reject(error) : resolve());
  });
}
