import { createAdapter, type Encoding, type Mode } from "./service.ts";

/** An adapter that listens on loopback. `await using` ends it. */
export interface AdapterServer extends AsyncDisposable {
  /** Where, without a slash at its end. */
  readonly url: string;
}

/**
 * Serves the conformance adapter on 127.0.0.1.
 *
 * @param port 0 for a free one.
 */
export function serveAdapter(
  mode: Mode,
  port: number,
  encoding?: Encoding,
): AdapterServer {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen() {} },
    createAdapter(mode, encoding),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
