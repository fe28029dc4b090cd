/**
 * The command `edgehog`: an emulator to develop against, and a doctor for a set-up that does not work. npm has it as the
 * package's `bin`, Deno as `deno task emulator` and `deno task doctor`.
 *
 * @module
 */
import process from "node:process";
import { runCli } from "./cli/run.ts";

// Whoever reads may stop before the end: `edgehog doctor | head -1`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", () => process.exit());
}

runCli(process.argv.slice(2), {
  say: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
  env: process.env,
  directory: process.cwd(),
}).then((status) => {
  // Not `exit`, which would cut short what a pipe has not taken yet.
  if (status !== undefined) process.exitCode = status;
});
