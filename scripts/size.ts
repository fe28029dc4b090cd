import { type BuildOptions, buildSync } from "esbuild";
import { gzipSync } from "node:zlib";
import { fromRoot, ROOT } from "../tests/_kit/paths.ts";
import { say } from "../tests/_kit/run.ts";
import { ENTRIES } from "./_entries.ts";

/** What the README's start uses, as an application's bundler sees it. */
const APP = `
import { PostHog } from "edgehog";
const posthog = new PostHog("phc_x", { personalApiKey: "phx_x" });
export default {
  async fetch(request, env, ctx) {
    const hog = posthog.forRequest(request, ctx, { distinctId: "user-1" });
    const flags = await hog.evaluateFlags();
    hog.capture({ event: "page viewed", flags });
    return new Response(String(flags.isEnabled("a-flag")));
  },
};`;

interface Size {
  readonly minified: number;
  readonly gzipped: number;
  /** Minified bytes by room, the largest first. */
  readonly rooms: readonly (readonly [room: string, bytes: number])[];
}

function measure(input: Pick<BuildOptions, "entryPoints" | "stdin">): Size {
  const { outputFiles, metafile } = buildSync({
    ...input,
    absWorkingDir: ROOT,
    alias: Object.fromEntries(
      ENTRIES.map(({ specifier, source }) => [specifier, fromRoot(source)]),
    ),
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
  });
  const rooms = new Map<string, number>();
  for (
    const [path, { bytesInOutput }] of Object.values(metafile.outputs).flatMap((
      { inputs },
    ) => Object.entries(inputs))
  ) {
    const room = path.match(/^src\/([^/.]+)/)?.[1];
    if (room !== undefined && bytesInOutput > 0) {
      rooms.set(room, (rooms.get(room) ?? 0) + bytesInOutput);
    }
  }
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  return {
    minified: code.length,
    gzipped: gzipSync(code, { level: 9 }).length,
    rooms: [...rooms].sort(([, a], [, b]) => b - a),
  };
}

function row(name: string, { minified, gzipped, rooms }: Size): string {
  const parts = rooms.map(([room, bytes]) => `${room} ${kilobytes(bytes)}`)
    .join(", ");
  return `${name.padEnd(28)} ${kilobytes(minified).padStart(7)} ${
    kilobytes(gzipped).padStart(7)
  }   ${parts}`;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

/** Prints what each entry point weighs, in kB, and which rooms it carries. */
function main(): void {
  say(
    `${"".padEnd(28)} ${"min".padStart(7)} ${"gzip".padStart(7)}   rooms, min`,
  );
  for (const { specifier, source } of ENTRIES) {
    say(row(specifier, measure({ entryPoints: [source] })));
  }
  say(
    row(
      "an app (capture, evaluate)",
      measure({ stdin: { contents: APP, resolveDir: ROOT } }),
    ),
  );
}

if (import.meta.main) main();
