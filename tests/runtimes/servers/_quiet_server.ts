import { PostHog } from "edgehog";

/** The servers of the runtimes that have one of their own; Node's is the module below. */
interface Place {
  readonly Deno?: {
    serve(
      options: { port: number; hostname: string; onListen: () => void },
      respond: () => Response,
    ): { readonly addr: { readonly port: number } };
  };
  readonly Bun?: {
    serve(
      options: { port: number; hostname: string; fetch: () => Response },
    ): { readonly port: number };
  };
}

/** What is captured has no context to keep it alive, and no other request follows. */
function createHandler(host: string): () => Response {
  const posthog = new PostHog("phc_x", { host });
  return () => {
    posthog.capture({ distinctId: "user-1", event: "paid" });
    return new Response("thanks");
  };
}

/** Serves on loopback, on a free port, which it gives back. */
async function serve(respond: () => Response): Promise<number> {
  const hostname = "127.0.0.1";
  const { Deno, Bun } = globalThis as Place;
  if (Deno) {
    return Deno.serve({ port: 0, hostname, onListen() {} }, respond).addr.port;
  }
  if (Bun) return Bun.serve({ port: 0, hostname, fetch: respond }).port;
  const { createServer } = await import("node:http");
  const server = createServer((_incoming, outgoing) => {
    respond().text().then((text) => outgoing.end(text));
  });
  return await new Promise((resolve) =>
    server.listen(0, hostname, () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    })
  );
}

/** The host of PostHog is the last argument; the port is printed. */
async function main(): Promise<void> {
  const { argv } = await import("node:process");
  const port = await serve(createHandler(argv.at(-1) ?? ""));
  // deno-lint-ignore no-console -- whoever started it reads this
  console.log(port);
}

main();
