import { existsSync } from "node:fs";
import { TARBALL } from "../../scripts/check/build_npm.ts";
import { ensurePackage } from "../_kit/npm_package.ts";
import { fromRoot } from "../_kit/paths.ts";
import { run } from "../_kit/run.ts";
import { QUIET } from "./_program.ts";

/** A project of somebody's, with the packed package and what its manifest names installed from npm. */
export interface Project {
  /** Where it stands. */
  readonly directory: string;
  /** Runs a program in it; throws what that prints where it fails. */
  run(...command: readonly string[]): Promise<string>;
}

/** What a project has otherwise than those below `tests/projects`. */
export interface ProjectOptions {
  /** Where its files are. */
  readonly source?: string;
  /** Changes them before they are installed. */
  prepare?(directory: string): Promise<void>;
  /** Whether what it needs is not there. */
  readonly ignore?: boolean;
}

/** What is made of a project where somebody works with it. */
const MADE = new Set([
  "node_modules",
  "dist",
  ".next",
  ".wrangler",
  ".dev.vars",
  ".env.local",
]);

/** Declares the tests of one project. */
export function testProject(
  name: string,
  tests: (project: Project, t: Deno.TestContext) => Promise<void>,
  { source = sourceOf(name), prepare, ignore = false }: ProjectOptions = {},
): void {
  Deno.test({
    name: `the project '${name}'`,
    ignore,
    // npm and the compilers have processes and files of their own.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn(t) {
      const prefix = `edgehog-${name.replaceAll("/", "-")}-`;
      const directory = await Deno.makeTempDir({ prefix });
      try {
        await ensurePackage();
        await copyDirectory(source, directory);
        await Deno.copyFile(TARBALL, `${directory}/edgehog.tgz`);
        await prepare?.(directory);
        const project: Project = {
          directory,
          async run(...command) {
            const { code, output } = await run(command, {
              cwd: directory,
              env: QUIET,
            });
            if (code !== 0) throw new Error(`${command.join(" ")}\n${output}`);
            return output;
          },
        };
        const quiet = ["--no-audit", "--no-fund"];
        if (existsSync(`${directory}/package-lock.json`)) {
          quiet.push("--ignore-scripts");
          await project.run("npm", "ci", ...quiet);
          // The package's bytes change with each build, so no lock can have them.
          quiet.push("--no-save", "./edgehog.tgz");
        }
        await project.run("npm", "install", "--no-package-lock", ...quiet);
        await tests(project, t);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

async function copyDirectory(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (MADE.has(name)) continue;
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    if (isDirectory) await copyDirectory(source, target);
    else await Deno.copyFile(source, target);
  }
}

function sourceOf(name: string): string {
  return fromRoot(`tests/projects/${name}`);
}
