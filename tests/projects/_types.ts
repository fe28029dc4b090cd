import type { Project } from "./_project.ts";

/** Checks files of a project by its own TypeScript, as strictly as that can; the declarations of packages too. */
export async function checkTypes(
  { run }: Project,
  ...files: readonly string[]
): Promise<void> {
  await run(
    ...["node", "node_modules/typescript/bin/tsc", "--noEmit"],
    ...["--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false"],
    ...["--target", "es2022", "--module", "nodenext"],
    "--allowImportingTsExtensions",
    ...files,
  );
}
