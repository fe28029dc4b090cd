import { execFile } from "node:child_process";
import process from "node:process";
import type { ContractResult } from "../contract/_runner.ts";
import type { ModuleFormat } from "./_results.ts";

/** A program that stands alone in its process, and what it must have printed when that ends by itself. */
interface Program {
  readonly name: string;
  readonly code: string;
  readonly expected: string;
}

/** Shorter than any deadline that a program could leave behind: an attempt's is 10 s, a shutdown's 30 s. */
const LONGEST_MS = 8000;

/** Neither a deadline that can't be cleared nor one that does not hold the process. */
const HEAD = `
AbortSignal.timeout = () => { throw new Error("AbortSignal.timeout is called"); };
process.on("unhandledRejection", (cause) => console.log("unhandled", cause));
const { createRequire } = await import("node:module");
const load = { esm: () => import("edgehog"), cjs: () => createRequire(process.cwd() + "/main.cjs")("edgehog") };
const { PostHog } = await load[FORMAT]();
const answers = [() => new Response("", { status: 503 }), () => Response.json({ results: {} })];
const make = (fetch, options) => new PostHog("phc_x", { fetch, fetchRetryDelay: 50, flushAt: 100, ...options,
  logger: { debug() {}, info() {}, warn() {}, error() {} } });
const event = { distinctId: "user-1", event: "paid" };
`;

const PROGRAMS: readonly Program[] = [
  {
    name: "it ends by itself after a flush (CAP-274)",
    code: `
const posthog = make(async () => answers.shift()());
posthog.capture(event);
console.log(JSON.stringify(await posthog.flush(60_000)));
`,
    expected: '{"delivered":1,"dropped":0,"retained":0}\n',
  },
  {
    name: "it ends by itself after a shutdown that came too late (CAP-274)",
    code: `
const posthog = make(() => new Promise(() => {}));
posthog.capture(event);
posthog.flush().then(({ dropped }) => console.log("dropped", dropped));
await posthog.shutdown(100);
console.log("done");
`,
    expected: "done\ndropped 1\n",
  },
  {
    name: "it lives on with nothing but an attempt under way (CAP-275)",
    code: `
const posthog = make(() => new Promise(() => {}), { requestTimeout: 200, fetchRetryCount: 0 });
posthog.capture(event);
posthog.flush().then((result) => console.log(JSON.stringify(result)));
`,
    expected: '{"delivered":0,"dropped":0,"retained":1}\n',
  },
  {
    name: "it lives on with nothing but a wait between attempts (CAP-275)",
    code: `
const posthog = make(async () => answers.shift()(), { fetchRetryDelay: 200 });
posthog.capture(event);
posthog.flush().then((result) => console.log(JSON.stringify(result)));
`,
    expected: '{"delivered":1,"dropped":0,"retained":0}\n',
  },
  {
    name: "the option 'sleep' governs every wait (CAP-275)",
    code: `
globalThis.setTimeout = () => { throw new Error("setTimeout is called"); };
const waits = [];
const sleep = (ms) => { waits.push(ms); return ms >= 10_000 ? new Promise(() => {}) : Promise.resolve(); };
const posthog = make(async () => new Response("", { status: 503 }), { sleep, retryJitter: 0 });
posthog.capture(event);
await posthog.flush(20_000);
console.log(waits.join());
`,
    expected: "20000,10000,50,10000,100,10000,200,10000\n",
  },
];

/** What the names of the tests below begin with. */
export const EXITS = "a process: ";

/** Runs each program in a process of its own, on the runtime that this one runs on. */
export async function runExits(
  format: ModuleFormat,
): Promise<ContractResult[]> {
  const results: ContractResult[] = [];
  for (const { name: about, code, expected } of PROGRAMS) {
    const name = `${EXITS}${about}`;
    const head = `const FORMAT = ${JSON.stringify(format)};${HEAD}`;
    const error = await runProgram(`${head}${code}`, expected);
    results.push(error === undefined ? { name } : { name, error });
  }
  return results;
}

function runProgram(
  code: string,
  expected: string,
): Promise<string | undefined> {
  const wrapped = `(async () => {${code}})();`;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      "Deno" in globalThis ? ["eval", wrapped] : ["-e", wrapped],
      { timeout: LONGEST_MS },
      (error, stdout, stderr) => {
        if (error?.killed) return resolve(`No end after ${LONGEST_MS} ms`);
        const isFine = !error && stdout === expected;
        resolve(isFine ? undefined : `Printed ${stdout}${stderr}`);
      },
    );
  });
}
