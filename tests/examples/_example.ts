import { findBun } from "../_kit/bun.ts";
import { fromRoot } from "../_kit/paths.ts";
import { type Program, startProgram } from "../projects/_program.ts";
import { type Project, testProject } from "../projects/_project.ts";

/** Programs that the examples' scripts name. */
const PROGRAMS: Readonly<Record<string, string>> = {
  get bun() {
    return findBun();
  },
  deno: Deno.execPath(),
  next: "node_modules/.bin/next",
  node: "node",
  wrangler: "node_modules/.bin/wrangler",
};

/** Declares the tests of one project below `examples`, with the packed package in place of the published one. */
export function testExample(
  name: string,
  tests: (project: Project, t: Deno.TestContext) => Promise<void>,
  options: { readonly ignore?: boolean } = {},
): void {
  const source = fromRoot(`examples/${name}`);
  testProject(name, tests, { ...options, source, prepare: takeTarball });
}

/** What a manifest has that is looked at here. */
interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly imports?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly tasks?: Readonly<Record<string, string>>;
}

async function readManifest(directory: string): Promise<Manifest> {
  const read = (name: string) => Deno.readTextFile(`${directory}/${name}`);
  return JSON.parse(
    await read("deno.json").catch(() => read("package.json")),
  );
}

async function takeTarball(directory: string): Promise<void> {
  const manifest = await readManifest(directory);
  const { imports, dependencies = imports } = manifest;
  if (dependencies?.["edgehog"] === undefined) {
    throw new Error("The example does not depend on edgehog");
  }
  const write = (name: string, value: unknown) =>
    Deno.writeTextFile(`${directory}/${name}`, JSON.stringify(value));
  if (imports) {
    // Deno takes it from npm then, where the example names JSR.
    const { edgehog: _, ...others } = imports;
    await write("deno.json", { ...manifest, imports: others });
  }
  const edgehog = "file:edgehog.tgz";
  await write("package.json", {
    ...imports ? {} : manifest,
    dependencies: { ...imports ? {} : dependencies, edgehog },
  });
  // What wrangler's packages do at installation is to look for themselves.
  await Deno.writeTextFile(`${directory}/.npmrc`, "ignore-scripts=true\n");
}

/** Checks an example's types by a script of its manifest, and more strictly than that may be. */
export async function checkTypes(
  { run }: Project,
  script = "check",
): Promise<void> {
  await run(
    ...["npm", "run", script, "--"],
    ...["--strict", "--exactOptionalPropertyTypes"],
  );
}

/** Writes variables where the example's tool reads them. */
export async function writeVariables(
  { directory }: Project,
  file: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(variables).map((pair) => pair.join("="));
  await Deno.writeTextFile(`${directory}/${file}`, lines.join("\n"));
}

/** The command behind a script of the example's manifest. */
async function commandOf(
  { directory }: Project,
  script: string,
): Promise<readonly string[]> {
  const { scripts, tasks = scripts } = await readManifest(directory);
  const [name = "", ...args] = tasks?.[script]?.split(" ") ?? [];
  const program = PROGRAMS[name];
  if (program === undefined) throw new Error(`No script '${script}'`);
  return [program, ...args];
}

/** Runs a script of the example's manifest, with these variables and arguments. */
export async function start(
  project: Project,
  script: string,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Program> {
  const command = [...await commandOf(project, script), ...args];
  return startProgram(command, project.directory, env);
}
