/** A connection to a Redis. */
export interface RedisConnection {
  /** Runs a command; rejects where Redis answers with an error. */
  run(command: readonly string[]): Promise<unknown>;
  /** Ends it. */
  close(): void;
}

/** Connects once the server listens, on a socket of this machine. */
export async function connectRedis(path: string): Promise<RedisConnection> {
  const connection = await connect(path);
  const replies = new Replies(connection);
  const writer = connection.writable.getWriter();
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(command) {
      // One at a time: a reply belongs to the command before it.
      const reply = last.then(async () => {
        await writer.write(new TextEncoder().encode(encode(command)));
        return await replies.read();
      });
      last = reply.catch(() => {});
      return reply;
    },
    close: () => connection.close(),
  };
}

async function connect(path: string): Promise<Deno.UnixConn> {
  for (;;) {
    try {
      return await Deno.connect({ transport: "unix", path });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Redis's protocol (RESP 2): each part with its length in bytes. */
function encode(command: readonly string[]): string {
  const parts = command.map((part) =>
    `$${new TextEncoder().encode(part).length}\r\n${part}\r\n`
  );
  return `*${command.length}\r\n${parts.join("")}`;
}

/** Reads replies of Redis. */
class Replies {
  readonly #connection: Deno.UnixConn;
  #bytes = new Uint8Array();

  constructor(connection: Deno.UnixConn) {
    this.#connection = connection;
  }

  /** The next one; throws an error that Redis answered with. */
  async read(): Promise<unknown> {
    const line = await this.#take((bytes) => bytes.indexOf(10) - 1);
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return rest;
      case ":":
        return Number(rest);
      case "$":
        return rest === "-1" ? null : await this.#take(() => Number(rest));
      case "*": {
        const items: unknown[] = [];
        while (items.length < Number(rest)) items.push(await this.read());
        return items;
      }
      default:
        throw new Error(rest);
    }
  }

  /** Takes a text of so many bytes and the line's end behind it. */
  async #take(
    measure: (bytes: Uint8Array) => number,
  ): Promise<string> {
    for (;;) {
      const length = measure(this.#bytes);
      if (length >= 0 && this.#bytes.length >= length + 2) {
        const text = new TextDecoder().decode(this.#bytes.subarray(0, length));
        this.#bytes = this.#bytes.slice(length + 2);
        return text;
      }
      const chunk = new Uint8Array(65_536);
      const count = await this.#connection.read(chunk);
      if (count === null) throw new Error("Redis has gone");
      const bytes = new Uint8Array(this.#bytes.length + count);
      bytes.set(this.#bytes);
      bytes.set(chunk.subarray(0, count), this.#bytes.length);
      this.#bytes = bytes;
    }
  }
}
