import { bundle } from "../_kit/bundle.ts";
import { installPackage } from "../_kit/npm_package.ts";
import { run } from "../_kit/run.ts";

/**
 * Runs the contract suite in another runtime, against the packed npm build, installed outside the checkout.
 *
 * @param command The runtime's program; the script to run is added.
 * @returns The exit status.
 */
export async function runInstalled(
  command: readonly string[],
): Promise<number> {
  const directory = await Deno.makeTempDir({ prefix: "edgehog-" });
  try {
    await installPackage(directory);
    await Deno.writeTextFile(
      `${directory}/suite.mjs`,
      bundle("tests/runtimes/_installed_main.ts", { keepLibrary: true }),
    );
    const { code, output } = await run([...command, "suite.mjs"], {
      cwd: directory,
    });
    await Deno.stdout.write(new TextEncoder().encode(output));
    return code;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
