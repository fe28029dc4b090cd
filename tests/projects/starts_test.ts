import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TARBALL } from "../../scripts/check/build_npm.ts";
import { ensurePackage } from "../_kit/npm_package.ts";
import { findBun } from "../_kit/bun.ts";
import { run } from "../_kit/run.ts";
import { request } from "./_pages.ts";
import { type Program, QUIET, startProgram } from "./_program.ts";
import { readReadme, type Start } from "./_readme.ts";

/** What the README's commands begin with, as the programs that they start. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  get bun() {
    return [findBun()];
  },
  deno: [Deno.execPath()],
  node: ["node"],
  "npx edgehog": ["node", "node_modules/.bin/edgehog"],
  "npx next": ["node", "node_modules/.bin/next"],
  "npx wrangler": ["node", "node_modules/.bin/wrangler"],
};

/** What makes a server listen on a free port of loopback. */
const SERVERS: Readonly<Record<string, readonly string[]>> = {
  "npx edgehog": ["--port", "0"],
  "npx next": ["-H", "127.0.0.1", "-p", "0"],
  "npx wrangler": ["--ip", "127.0.0.1", "--port", "0"],
};

/** What each start sends: a flag that was decided, and its events. */
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  "script.mjs": ["$identify", "$groupidentify", "order paid", "$exception"],
};
const PAGE = ["page viewed"];

/** What makes an empty folder a project. */
const INIT = "npm init -y && npm pkg set type=module";

const { starts, files, words, command } = readReadme();

Deno.test("each start of the README has a row of commands", () => {
  assertStringIncludes(words, `an empty folder: \`${INIT}\``);
  assertEquals(starts.map(({ file }) => file), files);
  assertEquals(files.length, 5);
});

for (const start of starts) {
  Deno.test({
    name: `the README's ${start.file}, pasted into an empty folder`,
    // npm, compilers and servers have processes and files of their own.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: (t) => testStart(start, t),
  });
}

async function testStart(start: Start, t: Deno.TestContext): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "edgehog-start-" });
  try {
    await showStart(start, directory, t);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Does what the README says, in its order. */
async function showStart(
  { file, code, install, check, runs }: Start,
  directory: string,
  t: Deno.TestContext,
): Promise<void> {
  const shell = async (line: string) => {
    const given = { cwd: directory, env: QUIET };
    const { code, output } = await run(["sh", "-c", line], given);
    if (code !== 0) throw new Error(`${line}\n${output}`);
  };
  await ensurePackage();
  await shell(INIT);
  await shell(`npm install --no-audit --no-fund ${TARBALL}`);
  await shell(command("echo"));
  await using emulator = startLine(
    command("npx edgehog emulator"),
    directory,
  );
  await emulator.says(/listens on/);
  const variables = (await emulator.says(/(?:^POSTHOG_\w+=\S+\n){3}/m))[0];
  await Deno.writeTextFile(`${directory}/.env`, variables);
  await write(directory, file, code);
  await t.step(`it is installed: ${install}`, () => shell(install));
  await t.step(`its types are right: ${check}`, async () => {
    await shell(check);
    if (!file.endsWith(".mjs")) return;
    const typed = file.replace(".mjs", ".ts");
    await write(directory, typed, code);
    await shell(check.replace("--checkJs", "").replace(file, typed));
  });
  for (const line of runs) {
    await t.step(`an event and a flag arrive: ${line}`, async () => {
      emulator.forget();
      await using program = startLine(line, directory);
      if (file.startsWith("script")) {
        await program.says(/^new$/m);
        assertEquals(await program.ended(), 0);
      } else {
        const url = await program.listening();
        assertEquals(await ask(url, file), [200, "new"]);
      }
      for (const event of ["$feature_flag_called", ...EVENTS[file] ?? PAGE]) {
        await emulator.says(
          new RegExp(`^200 POST .*${RegExp.escape(event)}`, "m"),
        );
      }
      assertMatch(emulator.said(), /^(?:200|304) GET \/flags\/definitions/m);
    });
  }
}

async function write(directory: string, file: string, code: string) {
  const path = `${directory}/${file}`;
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeTextFile(path, code);
}

/** Asks for the page of a start. */
async function ask(url: string, file: string): Promise<[number, string]> {
  const path = /^app(.*)\/route\.ts$/.exec(file)?.[1] ?? "/";
  const { status, text } = await request(url + path);
  return [status, text];
}

/** Starts what a command of the README starts, where that listens on a free port. */
function startLine(line: string, cwd: string): Program {
  const name = Object.keys(PROGRAMS).find((name) => line.startsWith(name)) ??
    "";
  const rest = line.slice(name.length).split(" ").filter(Boolean);
  const command = [...PROGRAMS[name] ?? [], ...rest, ...SERVERS[name] ?? []];
  return startProgram(command, cwd);
}
