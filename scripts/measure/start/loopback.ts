import { buildDefinitions } from "./definitions.ts";

/** What stands for PostHog, on loopback. */
export interface Loopback extends AsyncDisposable {
  /** Where, without a slash at its end. */
  readonly url: string;
  /** How many batches of events have arrived. */
  readonly batches: number;
}

/** Answers requests for the definitions of 100 flags, and takes batches without a look at them. */
export function serveLoopback(): Loopback {
  const definitions = buildDefinitions(100);
  let batches = 0;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (/definitions|local_evaluation/.test(pathname)) {
        return new Response(definitions, {
          headers: { "content-type": "application/json" },
        });
      }
      await request.arrayBuffer();
      batches++;
      return Response.json({ results: {} });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    get batches() {
      return batches;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
