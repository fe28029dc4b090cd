import { assertEquals } from "@std/assert";
import { createFeatureflipEmulator } from "edgehog/dev";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";
import { findBun } from "../../_kit/bun.ts";
import { bundle } from "../../_kit/bundle.ts";
import { within } from "../../_kit/within.ts";

const RUNTIMES: [name: string, command: readonly string[]][] = [
  ["Node", ["node"]],
  ["Bun", [findBun()]],
  ["Deno", [Deno.execPath(), "run", "--no-config", "-A"]],
];

/** Longer than a start of the slowest; nothing waits for it unless something is wrong. */
const LIMIT_MS = 20_000;

/** Here, since the first bundle leaves a message port open. */
const SCRIPT = bundle("tests/runtimes/servers/_featureflip_process.ts");

/** Gives what a process prints, line by line. */
async function* readLines(stream: ReadableStream<Uint8Array>) {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
}

for (const [name, command] of RUNTIMES) {
  Deno.test(`a ${name} process hears of flags by a real stream, makes it again, and ends with close() (FFL-130, FFL-141, FFL-150)`, async () => {
    const emulator = createFeatureflipEmulator({ flags: { n: 0 } });
    await using served = await serveEmulator(emulator, 0);
    const directory = await Deno.makeTempDir({ prefix: "edgehog-" });
    const script = `${directory}/process.mjs`;
    await Deno.writeTextFile(script, SCRIPT);
    const [program = "", ...args] = command;
    await using child = new Deno.Command(program, {
      args: [...args, script, served.url],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = readLines(child.stdout);
    const read = async () =>
      (await within(lines.next(), LIMIT_MS, "a value")).value;
    try {
      assertEquals(await read(), "0");
      emulator.setFlag("n", 1);
      assertEquals(await read(), "1");
      emulator.dropStreams();
      emulator.setFlag("n", 2);
      assertEquals(await read(), "2");
      assertEquals(emulator.openStreams, 1);
      emulator.setFlag("n", 3);
      assertEquals(await read(), "3");
      assertEquals(await read(), undefined);
      const { code } = await within(child.status, LIMIT_MS, "the end");
      assertEquals(code, 0);
      assertEquals(emulator.events.map(({ variation }) => variation), [
        "default",
        "default",
        "default",
        "default",
      ]);
    } finally {
      await lines.return(undefined);
      await Deno.remove(directory, { recursive: true });
    }
  });
}
