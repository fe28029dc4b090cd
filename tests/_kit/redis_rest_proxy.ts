import { createClient } from "@redis/client";

/** A Redis in a process of its own, and Upstash's REST protocol in front of it. `await using` ends both. */
export interface RedisRest extends AsyncDisposable {
  /** Where the proxy listens, on loopback. */
  readonly url: string;
  /** The token it wants. */
  readonly token: string;
  /** The commands that it was sent, in order. */
  readonly commands: readonly (readonly string[])[];
  /** Runs a command past the proxy. */
  run(...command: string[]): Promise<unknown>;
}

/** Whether there is a `redis-server` to be started. */
export function hasRedisServer(): boolean {
  try {
    return new Deno.Command("redis-server", { args: ["--version"] })
      .outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Starts a Redis that keeps nothing on disk, and the proxy. */
export async function startRedisRest(): Promise<RedisRest> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/redis.sock`;
  const server = new Deno.Command("redis-server", {
    args: ["--port", "0", "--unixsocket", path, "--save", "", "--dir", folder],
    stdout: "null",
  }).spawn();
  // Retries until the server listens.
  const client = createClient({
    socket: { path, reconnectStrategy: () => 50 },
  });
  client.on("error", () => {});
  await client.connect();
  const token = "redis-token";
  const commands: string[][] = [];
  const run = (command: readonly string[]) =>
    client.sendCommand([...command]) as Promise<unknown>;

  const proxy = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
  }, async (request) => {
    if (request.headers.get("Authorization") !== `Bearer ${token}`) {
      return Response.json({
        error: "WRONGPASS invalid or missing auth token",
      }, { status: 401 });
    }
    if (new URL(request.url).pathname !== "/pipeline") {
      return Response.json({ error: "ERR unknown path" }, { status: 404 });
    }
    const results: unknown[] = [];
    for (const command of await request.json() as unknown[][]) {
      const words = command.map(String);
      commands.push(words);
      results.push(
        await run(words).then(
          (result) => ({ result }),
          (error: Error) => ({ error: error.message }),
        ),
      );
    }
    return Response.json(results);
  });

  return {
    url: `http://127.0.0.1:${proxy.addr.port}`,
    token,
    commands,
    run: (...command) => run(command),
    async [Symbol.asyncDispose]() {
      await proxy.shutdown();
      client.destroy();
      server.kill("SIGKILL");
      await server.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
