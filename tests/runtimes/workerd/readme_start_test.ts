import { assert, assertEquals } from "@std/assert";
import { createPostHogEmulator, type PostHogEmulator } from "edgehog/dev";
import { buildSync } from "esbuild";
import { installPackage } from "../../_kit/npm_package.ts";
import { fromRoot } from "../../_kit/paths.ts";
import { within } from "../../_kit/within.ts";
import { createWorker, workerTest } from "../../_kit/workerd.ts";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";
import { CAPTURE_PATHS } from "../../_kit/capture_paths.ts";

const FLAGS = {
  flags: [{
    key: "new-nav",
    active: true,
    filters: { groups: [{ properties: [] }] },
  }],
};

/** The README's start for Workers. */
async function readStart(): Promise<string> {
  const readme = await Deno.readTextFile(fromRoot("README.md"));
  const [, code] = /```ts[^\n]*\n(\/\/ worker\.ts[\s\S]*?)```/.exec(readme) ??
    [];
  assert(code !== undefined, "The README has no start for Workers");
  return code;
}

/** A project of its own: the packed package installed, the README's code pasted. */
async function bundlePasted(directory: string, code: string): Promise<string> {
  await installPackage(directory);
  await Deno.writeTextFile(`${directory}/index.ts`, code);
  const { outputFiles } = buildSync({
    absWorkingDir: directory,
    entryPoints: ["index.ts"],
    bundle: true,
    write: false,
    format: "esm",
    external: ["cloudflare:*"],
  });
  return outputFiles[0]?.text ?? "";
}

for (const captureMode of ["v1", "v0"] as const) {
  workerTest(
    `the README's start, pasted into a new Worker project, captures and evaluates by ${captureMode} (UPS-001, UPS-004)`,
    async () => {
      const directory = await Deno.makeTempDir({ prefix: "edgehog-readme-" });
      const { emulator, hasArrived } = createObserved(2);
      try {
        await using server = await serveEmulator(emulator, 0);
        await using worker = await createWorker({
          script: await bundlePasted(directory, await readStart()),
          bindings: {
            POSTHOG_PROJECT_TOKEN: "phc_x",
            POSTHOG_CAPTURE_MODE: captureMode,
            POSTHOG_HOST: server.url,
            POSTHOG_PERSONAL_API_KEY: "phx_1",
          },
        });
        const response = await worker.fetch("/");
        assertEquals([response.status, await response.text()], [
          200,
          "new",
        ]);
        await within(hasArrived, 10_000, "both events arrive");
        const names = emulator.events.map(({ event }) => event).sort();
        assertEquals(names, ["$feature_flag_called", "page viewed"]);
        const paths = emulator.requests.map(({ path }) => path)
          .filter((path) => !path.startsWith("/flags"));
        assertEquals(
          new Set<string>(paths),
          new Set([CAPTURE_PATHS[captureMode].analytics]),
        );
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  );
}

/** An emulator that tells when it has taken so many events: they leave after the response, under `waitUntil`. */
function createObserved(count: number) {
  const emulator = createPostHogEmulator({ flags: FLAGS });
  const { promise: hasArrived, resolve } = Promise.withResolvers<void>();
  const fetch: PostHogEmulator["fetch"] = async (input, init) => {
    const response = await emulator.fetch(input, init);
    if (emulator.events.length >= count) resolve();
    return response;
  };
  return { emulator: { ...emulator, fetch }, hasArrived };
}
