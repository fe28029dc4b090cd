import { fromRoot } from "../_kit/paths.ts";
import { runInstalled } from "./_installed.ts";

if (import.meta.main) {
  runInstalled([fromRoot("node_modules/bun/bin/bun.exe")]).then(Deno.exit);
}
