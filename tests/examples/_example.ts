import { findBun } from "../_kit/bun.ts";
import { fromRoot } from "../_kit/paths.ts";
import { within } from "../_kit/within.ts";
import { type Project, testProject } from "../projects/_project.ts";

/** Longer than the slowest start; nothing waits for it unless something is wrong. */
const LIMIT_MS = 60_000;

/** Programs that the examples' scripts name. */
const PROGRAMS: Readonly<Record<string, string>> = {
  get bun() {
    return findBun();
  },
  deno: Deno.execPath(),
  node: "node",
  wrangler: "node_modules/.bin/wrangler",
};

/** What keeps the output plain, and wrangler from calling home. */
const QUIET = { NO_COLOR: "1", WRANGLER_SEND_METRICS: "false" };

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
    ...["env", ...Object.entries(QUIET).map((pair) => pair.join("="))],
    ...["npm", "run", script, "--"],
    ...["--strict", "--exactOptionalPropertyTypes"],
  );
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

/** A program of an example that runs. `await using` ends it. */
export interface Running extends AsyncDisposable {
  /** Where it listens, without a slash at its end; rejects where it ends before. */
  listening(): Promise<string>;
  /** Resolves when it has ended by itself, with its exit code. */
  ended(): Promise<number>;
  /** Asks it to end, as hosts do. */
  askToEnd(): void;
}

/** Runs a script of the example's manifest, with these variables and arguments. */
export async function start(
  project: Project,
  script: string,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Running> {
  const [program = "", ...given] = await commandOf(project, script);
  const child = new Deno.Command(program, {
    args: [...given, ...args],
    cwd: project.directory,
    env: { ...QUIET, PORT: "0", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let printed = "";
  const port = Promise.withResolvers<string>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      printed += text;
      const [, found] =
        /(?:Listening|Ready) on http:\/\/[^:\s]+:(\d+)/.exec(printed) ?? [];
      if (found) port.resolve(found);
    }
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  let isOver = false;
  const end = child.status.then(async ({ code }) => {
    isOver = true;
    await reading;
    port.reject(new Error("It has ended"));
    return code;
  });
  port.promise.catch(() => {});
  const wait = async <T>(promise: Promise<T>, what: string) => {
    try {
      return await within(promise, LIMIT_MS, `${script} ${what}`);
    } catch (cause) {
      throw new Error(printed, { cause });
    }
  };
  const askToEnd = () => {
    if (!isOver) child.kill("SIGTERM");
  };
  return {
    listening: async () =>
      `http://127.0.0.1:${await wait(port.promise, "listens")}`,
    ended: () => wait(end, "ends"),
    askToEnd,
    async [Symbol.asyncDispose]() {
      askToEnd();
      await within(end, LIMIT_MS, `${script} is ended`).catch(() => {
        child.kill("SIGKILL");
      });
    },
  };
}
