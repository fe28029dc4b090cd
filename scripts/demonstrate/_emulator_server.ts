import { Buffer } from "node:buffer";
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { EmulatorFetch } from "../../src/dev/mod.ts";

/** An emulator that listens on loopback. `await using` ends it. */
export interface EmulatorServer extends AsyncDisposable {
  /** Where, without a slash at its end. */
  readonly url: string;
}

/**
 * Serves an emulator on 127.0.0.1. Through `node:http`, because it can destroy the socket of a request that is to
 * be dropped: `Deno.serve` sends a status line before it fails, and a client would see an answer.
 *
 * @param port 0 for a free one.
 */
export async function serveEmulator(
  emulator: { readonly fetch: EmulatorFetch },
  port: number,
): Promise<EmulatorServer> {
  const server = createServer((incoming, outgoing) => {
    answer(emulator, incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const bound = typeof address === "object" && address !== null
    ? address.port
    : port;
  return {
    url: `http://127.0.0.1:${bound}`,
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
  for await (const chunk of incoming) chunks.push(chunk);
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
