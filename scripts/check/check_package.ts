/**
 * Compares what is in the packed npm package with `tests/api/npm_package.txt`, and holds its size and its manifest.
 * `--update` rewrites the list.
 *
 * @module
 */
import { fromRoot } from "../../tests/_kit/paths.ts";
import { ensurePackage } from "../../tests/_kit/npm_package.ts";
import { run, say } from "../../tests/_kit/run.ts";
import { TARBALL } from "./build_npm.ts";
import { listChanges } from "./_changes.ts";
import { findManifestProblems, foldFiles } from "./_package_facts.ts";

const LIST = fromRoot("tests/api/npm_package.txt");

/** What the tarball may weigh. Its source maps carry the sources for both builds, which is most of it; the command is 70 KB. */
const MAX_BYTES = 1_340_000;

async function readTarball(...args: readonly string[]): Promise<string> {
  const [operation = "", ...rest] = args;
  const { code, stdout, output } = await run([
    "tar",
    operation,
    TARBALL,
    ...rest,
  ]);
  if (code !== 0) throw new Error(`tar ${args.join(" ")}\n${output}`);
  return stdout;
}

async function listFiles(): Promise<string[]> {
  const names = (await readTarball("-tzf")).trim().split("\n");
  return names.map((name) => name.replace(/^package\//, "")).toSorted();
}

async function main(): Promise<number> {
  await ensurePackage();
  const files = await listFiles();
  const lines = foldFiles(files);
  if (Deno.args.includes("--update")) {
    await Deno.writeTextFile(LIST, `${lines.join("\n")}\n`);
  }
  const expected = (await Deno.readTextFile(LIST)).trimEnd().split("\n");
  const changes = listChanges(expected, lines);
  const { size } = await Deno.stat(TARBALL);
  const manifest = JSON.parse(
    await readTarball("-xzOf", "package/package.json"),
  );
  const problems = [
    ...changes,
    ...findManifestProblems(manifest, new Set(files))
      .map((fact) => `Not so: ${fact}`),
    ...(size > MAX_BYTES ? [`${size} bytes, more than ${MAX_BYTES}`] : []),
  ];
  for (const problem of problems) say(problem);
  if (changes.length > 0) say("If that is meant: deno task pack:update");
  say(`${files.length} files, ${size} bytes of at most ${MAX_BYTES}`);
  return problems.length === 0 ? 0 : 1;
}

if (import.meta.main) main().then(Deno.exit);
