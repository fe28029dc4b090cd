import { findBun } from "../_kit/bun.ts";
import { runInstalled } from "./_installed.ts";

if (import.meta.main) {
  runInstalled([findBun()]).then(Deno.exit);
}
