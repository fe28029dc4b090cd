// An emulator with its page on loopback: `node server.mjs`. FLAGS is its definitions, STORE the file that it keeps.
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { createPostHogEmulator } from "edgehog/dev";
import { createEmulatorPage } from "edgehog/dev/page";

const { FLAGS, STORE, PORT = "0" } = process.env;

const emulator = createPostHogEmulator({
  flags: FLAGS === undefined ? undefined : JSON.parse(FLAGS),
  store: STORE === undefined ? undefined : fileStore(STORE),
});
const page = createEmulatorPage(emulator);
await emulator.ready();

const server = createServer((incoming, outgoing) => {
  answer(incoming, outgoing).catch(() => incoming.socket.destroy());
});
server.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`);
});

async function answer(incoming, outgoing) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const response = await page.fetch(
    new URL(incoming.url, `http://${incoming.headers.host}`),
    {
      method: incoming.method,
      headers: Object.entries(incoming.headersDistinct).map((
        [name, values],
      ) => [name, values.join(", ")]),
      body: chunks.length === 0 ? null : Buffer.concat(chunks),
      signal: gone.signal,
    },
  );
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  for await (const chunk of response.body ?? []) outgoing.write(chunk);
  outgoing.end();
}

function fileStore(path) {
  return {
    read: () => existsSync(path) ? readFileSync(path, "utf8") : "",
    append(text) {
      const file = openSync(path, "a");
      try {
        writeSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
  };
}
