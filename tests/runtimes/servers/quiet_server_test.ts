import { assertEquals } from "@std/assert";
import { createPostHogEmulator, type PostHogEmulator } from "edgehog/dev";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";
import { findBun } from "../../_kit/bun.ts";
import { bundle } from "../../_kit/bundle.ts";
import { readLine } from "../../_kit/read_line.ts";
import { within } from "../../_kit/within.ts";

const RUNTIMES: [name: string, command: readonly string[]][] = [
  ["Node", ["node"]],
  ["Bun", [findBun()]],
  ["Deno", [Deno.execPath(), "run", "--no-config", "-A"]],
];

/** Longer than a start of the slowest; nothing waits for it unless something is wrong. */
const LIMIT_MS = 20_000;

/** Here, since the first bundle leaves a message port open. */
const SCRIPT = bundle("tests/runtimes/servers/_quiet_server.ts");

/** A PostHog on loopback, and when the first event was there. */
function createCollector() {
  const emulator = createPostHogEmulator();
  const { promise, resolve } = Promise.withResolvers<void>();
  const fetch: PostHogEmulator["fetch"] = async (input, init) => {
    const response = await emulator.fetch(input, init);
    if (emulator.events.length > 0) resolve();
    return response;
  };
  return { events: emulator.events, server: { ...emulator, fetch }, promise };
}

for (const [name, command] of RUNTIMES) {
  Deno.test(`one event on a quiet ${name} server arrives although no other request comes (FLD-002)`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "edgehog-" });
    const { events, server, promise } = createCollector();
    await using served = await serveEmulator(server, 0);
    const script = `${directory}/server.mjs`;
    await Deno.writeTextFile(script, SCRIPT);
    const [program = "", ...args] = command;
    const child = new Deno.Command(program, {
      args: [...args, script, served.url],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    try {
      const port = await within(readLine(child.stdout), LIMIT_MS, "a server");
      const response = await fetch(`http://127.0.0.1:${port}/`);
      assertEquals(await response.text(), "thanks");
      await within(promise, LIMIT_MS, "the event");
      assertEquals(events.map(({ event }) => event), ["paid"]);
    } finally {
      child.kill("SIGKILL");
      await child.status;
      await child.stdout.cancel();
      await Deno.remove(directory, { recursive: true });
    }
  });
}
