import { fromRoot, ROOT } from "../../tests/_kit/paths.ts";
import { run, say } from "../../tests/_kit/run.ts";
import { ENTRIES } from "./_entries.ts";

/** Every public symbol of every entry point is documented, and mentions only exported types. */
async function main(): Promise<number> {
  const command = [
    Deno.execPath(),
    "doc",
    "--lint",
    ...ENTRIES.map(({ source }) => fromRoot(source)),
  ];
  const { code, output } = await run(command, { cwd: ROOT });
  say(output.trimEnd());
  return code;
}

if (import.meta.main) main().then(Deno.exit);
