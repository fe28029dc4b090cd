/**
 * Makes the emulator's page, `page/`, into texts that the library can serve: `src/dev/page/assets.ts`. Compares only;
 * `--update` writes.
 *
 * @module
 */
import { buildSync } from "esbuild";
import { fromRoot, ROOT } from "../../tests/_kit/paths.ts";
import { say } from "../../tests/_kit/run.ts";

const TARGET = fromRoot("src/dev/page/assets.ts");

/** What a browser is given, as one module of texts. */
async function buildAssets(): Promise<string> {
  const read = (name: string) => Deno.readTextFile(fromRoot(`page/${name}`));
  const texts: Readonly<Record<string, readonly [doc: string, text: string]>> =
    {
      HTML: ["The page.", collapse(await read("index.html"))],
      STYLE: ["Its style sheet.", bundle("page/page.css")],
      SCRIPT: ["Its script.", bundle("page/main.ts")],
      ICON: ["Its icon.", collapse(await read("icon.svg"))],
    };
  const exports = Object.entries(texts).map(([name, [doc, text]]) =>
    `/** ${doc} */\nexport const ${name}: string = ${JSON.stringify(text)};\n`
  );
  return [
    "// Made of `page/` by `deno task page:update`: change that.\n// deno-fmt-ignore-file\n",
    ...exports,
  ].join("\n");
}

/** As small as it goes: it is in the package as it stands here. */
function bundle(entry: string): string {
  const { outputFiles: [output] } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2024",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
  if (output === undefined) throw new Error(`No bundle of ${entry}`);
  return output.text;
}

/** Indentation is for those who write it. */
function collapse(markup: string): string {
  return markup.replace(/\s*\n\s*/g, "\n").trim() + "\n";
}

async function main(): Promise<number> {
  const built = await buildAssets();
  if (Deno.args.includes("--update")) await Deno.writeTextFile(TARGET, built);
  if (built === await Deno.readTextFile(TARGET)) {
    say(`src/dev/page/assets.ts is page/, ${built.length} letters`);
    return 0;
  }
  say("src/dev/page/assets.ts is not page/: deno task page:update makes it so");
  return 1;
}

if (import.meta.main) main().then(Deno.exit);
