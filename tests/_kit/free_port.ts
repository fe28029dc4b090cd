/** A port of loopback that was free a moment ago: for whoever takes none that it finds itself, or for where nobody listens. */
export function findFreePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
