import { assert, assertEquals } from "@std/assert";
import { fromRoot } from "../../_kit/paths.ts";

/** Every text that ships or is read by people, each as one line. */
async function readTexts(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const read = async (path: string) => {
    const text = await Deno.readTextFile(fromRoot(path));
    texts.set(path, text.replace(/\s*\n[\s/*]*/g, " "));
  };
  const walk = async (path: string) => {
    for await (const { name, isDirectory } of Deno.readDir(fromRoot(path))) {
      const inner = `${path}/${name}`;
      if (isDirectory && name !== "node_modules") await walk(inner);
      else if (/\.(ts|md)$/.test(name)) await read(inner);
    }
  };
  for (const path of ["README.md", "CHANGELOG.md"]) await read(path);
  for (const path of ["src", "scripts", "examples", "docs"]) await walk(path);
  return texts;
}

const UNBILLED =
  /unbilled|(304|unchanged)[^.]{0,40}(not billed|not at all|is free|for nothing)|none for a 304|billed only after/i;

Deno.test("no text says that a 304 costs nothing, and the reasons for conditional requests give both prices (UPS-150, UPS-152, UPS-153)", async () => {
  const texts = await readTexts();
  assert(texts.size > 100, "the texts are read");
  assertEquals(
    [...texts].filter(([, text]) => UNBILLED.test(text)).map(([path]) => path),
    [],
  );
  const says = (path: string, words: RegExp) =>
    assert(words.test(texts.get(path) ?? ""), `${path}: ${words}`);
  says(
    "docs/flags.md",
    /ten flag requests for changed definitions and one for/,
  );
  says(
    "src/local_evaluation/definitions/client_definitions.ts",
    /a 304 counts as one flag request, not ten/,
  );
  const cron = "src/local_evaluation/refresh_flag_definitions.ts";
  says(cron, /counts as ten flag requests after a change, else as one/);
  says(cron, /every 5 minutes makes 8,640 a month/);
});
