import { assert, assertEquals } from "@std/assert";
import { createPostHogEmulator, type PostHogEmulator } from "edgehog/dev";
import { buildSync } from "esbuild";
import { installPackage } from "../../_kit/npm_package.ts";
import { fromRoot } from "../../_kit/paths.ts";
import { within } from "../../_kit/within.ts";
import { createWorker, workerTest } from "../../_kit/workerd.ts";
import { serveEmulator } from "../../../scripts/demonstrate/_emulator_server.ts";
import { CAPTURE_PATHS } from "../../_kit/capture_paths.ts";

const FLAGS = {
  flags: [{
    key: "new-nav",
    active: true,
    filters: { groups: [{ properties: [] }] },
  }],
};

/** The first code block below a heading of the README. */
async function readStart(heading: string): Promise<string> {
  const readme = await Deno.readTextFile(fromRoot("README.md"));
  const section = readme.slice(readme.indexOf(`### ${heading}`));
  const [, code] = /```ts[^\n]*\n([\s\S]*?)```/.exec(section) ?? [];
  assert(code !== undefined, `The README has no code below '${heading}'`);
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
          script: await bundlePasted(
            directory,
            withMode(await readStart("Cloudflare Workers"), captureMode),
          ),
          bindings: {
            POSTHOG_API_KEY: "phc_x",
            POSTHOG_HOST: server.url,
            POSTHOG_PERSONAL_API_KEY: "phx_1",
          },
        });
        const response = await worker.fetch("/");
        assertEquals([response.status, await response.text()], [
          200,
          "new navigation",
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

/** The README's code, with what it says of older servers where that is asked for. */
function withMode(code: string, captureMode: "v0" | "v1"): string {
  if (captureMode === "v1") return code;
  const host = "  host: env.POSTHOG_HOST,\n";
  assert(code.includes(host), "the code has a host");
  return code.replace(host, `${host}  captureMode: "v0",\n`);
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
