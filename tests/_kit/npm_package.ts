import { buildPackage, TARBALL } from "../../scripts/check/build_npm.ts";
import { fromRoot } from "./paths.ts";
import { run } from "./run.ts";

/** What the package is made of. */
const SOURCES = [
  "mod.ts",
  "src",
  "deno.json",
  "npm/README.md",
  "scripts/check/build_npm.ts",
  "scripts/check/_declarations.ts",
  "scripts/cli.ts",
  "scripts/cli",
];

/** Builds and packs the package, if a source is newer. */
export async function ensurePackage(): Promise<void> {
  if (await newest([TARBALL]) < await newest(SOURCES.map(fromRoot))) {
    await buildPackage();
  }
}

/** Installs the packed package, built again if a source is newer, as a project of its own in `directory`. */
export async function installPackage(directory: string): Promise<void> {
  await ensurePackage();
  await Deno.writeTextFile(
    `${directory}/package.json`,
    '{ "private": true, "type": "module" }\n',
  );
  const command = [
    "npm",
    "install",
    "--offline",
    "--no-audit",
    "--no-fund",
    TARBALL,
  ];
  const { code, output } = await run(command, { cwd: directory });
  if (code !== 0) throw new Error(`npm install failed\n${output}`);
}

/** The latest change below these paths, in ms; 0 where there is nothing. */
async function newest(paths: readonly string[]): Promise<number> {
  const times = await Promise.all(paths.map(async (path) => {
    const stat = await Deno.stat(path).catch(() => undefined);
    if (stat === undefined) return 0;
    if (!stat.isDirectory) return stat.mtime?.getTime() ?? 0;
    const children: string[] = [];
    for await (const { name } of Deno.readDir(path)) {
      children.push(`${path}/${name}`);
    }
    return newest(children);
  }));
  return Math.max(0, ...times);
}
