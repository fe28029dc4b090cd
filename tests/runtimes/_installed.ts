import { bundle } from "../_kit/bundle.ts";
import { installPackage } from "../_kit/npm_package.ts";
import { report } from "../_kit/report.ts";
import { run, say } from "../_kit/run.ts";
import type { ModuleFormat, SuiteRun } from "./_results.ts";

/** A project outside the checkout with the packed npm build and the suite. `await using` removes it. */
export interface InstalledSuite extends AsyncDisposable {
  readonly directory: string;
  /**
   * Runs the suite in another runtime; throws what that prints, if it does not come to its end.
   *
   * @param command The runtime's program; the script to run is added.
   */
  run(command: readonly string[], format: ModuleFormat): Promise<SuiteRun>;
}

const EXTENSIONS: Readonly<Record<ModuleFormat, string>> = {
  esm: "mjs",
  cjs: "cjs",
};

/** Installs the packed npm build and puts an entry's bundle for each module format beside it. */
export async function installSuite(
  entry = "tests/runtimes/_installed_main.ts",
): Promise<InstalledSuite> {
  const directory = await Deno.makeTempDir({ prefix: "edgehog-" });
  await installPackage(directory);
  for (const format of ["esm", "cjs"] as const) {
    await Deno.writeTextFile(
      `${directory}/suite.${EXTENSIONS[format]}`,
      bundle(entry, { format, keepLibrary: true }),
    );
  }
  return {
    directory,
    async run(command, format) {
      const results = await Deno.makeTempFile({ dir: directory });
      const script = `suite.${EXTENSIONS[format]}`;
      const { output } = await run([...command, script, results], {
        cwd: directory,
      });
      const text = await Deno.readTextFile(results);
      if (text === "") throw new Error(`${command.join(" ")}\n${output}`);
      return JSON.parse(text);
    },
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/**
 * Runs the suite in another runtime, against the packed npm build's ES modules.
 *
 * @param command The runtime's program; the script to run is added.
 * @returns The exit status.
 */
export async function runInstalled(
  command: readonly string[],
): Promise<number> {
  await using suite = await installSuite();
  const { results } = await suite.run(command, "esm");
  return report(results, say);
}
