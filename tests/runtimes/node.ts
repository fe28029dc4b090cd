import { runInstalled } from "./_installed.ts";

if (import.meta.main) {
  runInstalled(["node", "--enable-source-maps"]).then(Deno.exit);
}
