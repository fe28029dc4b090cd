import { existsSync } from "node:fs";
import { fromRoot } from "./paths.ts";

const PROJECT = fromRoot("tests/projects/bun");

/**
 * Bun's program. It is as large as all other development packages of a run together, so it is a project of its own,
 * which is installed when the first suite asks for it.
 */
export function findBun(): string {
  const program = `${PROJECT}/node_modules/bun/bin/bun.exe`;
  if (!existsSync(program)) {
    const { success, stderr } = new Deno.Command("npm", {
      args: ["ci", "--no-audit", "--no-fund"],
      cwd: PROJECT,
    }).outputSync();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  }
  return program;
}
