import { VERSION } from "../../src/core/version.ts";
import type { Command, Given, Terminal } from "./command.ts";
import { examine } from "./doctor/examine.ts";
import type { Finding } from "./doctor/finding.ts";
import { readSetUp } from "./doctor/set_up.ts";
import {
  hasVariables,
  readVariables,
  USUAL_FILES,
} from "./doctor/variables.ts";

/** How the kinds of findings are shown. */
const MARKS: Readonly<Record<Finding["kind"], string>> = {
  ok: "ok",
  note: "note",
  wrong: "WRONG",
  skipped: "-",
};

/** Said where there is nothing to look at. */
const NO_VARIABLES = `No POSTHOG_… variable is in the environment, nor in ${
  USUAL_FILES.join(", ")
} of this directory:`;

/** `edgehog doctor`. */
export const DOCTOR: Command = {
  summary: "say what is wrong with host, keys and network",
  help: `Usage: npx edgehog doctor [options]

Checks the variables that fromEnv reads, and asks the host what a client would
ask: with an empty batch, for no flag, and for the flag definitions where there
is a key for them. No event is sent, and no key is printed. The exit status is
1 when something is wrong.

The variables are POSTHOG_PROJECT_TOKEN (or POSTHOG_API_KEY), POSTHOG_HOST,
POSTHOG_PERSONAL_API_KEY, POSTHOG_SECRET_KEY and POSTHOG_CAPTURE_MODE, from the
environment and from .dev.vars, .env.local or .env in this directory; what the
environment has wins. Keys are no options: the shell and the list of processes
would keep them.

Options:
  --env <file>  a file of variables, in place of those
  --host <url>  another host than POSTHOG_HOST
  --json        the findings as JSON, for programs
  --help        this text`,
  // Not `--env-file`: Node takes that for its own wherever it stands, and ends by itself where the file is missing.
  options: { env: "string", host: "string", json: "boolean" },
  run: runDoctor,
};

async function runDoctor(given: Given, terminal: Terminal): Promise<number> {
  const { env, file } = readVariables(given.text("env"), terminal);
  const setUp = readSetUp(env, {
    host: given.text("host"),
    fetch: terminal.fetch,
    clock: terminal.clock,
  });
  const findings = await examine(setUp);
  const isOk = findings.every(({ kind }) => kind !== "wrong");
  const { host, redact } = setUp.kernel.options;
  // Whatever somebody answered, and wherever a key was written by mistake.
  const say = (text: string) =>
    terminal.say(redact(text).replaceAll(/ph[cxs]_\w+/g, "[redacted]"));
  if (given.has("json")) {
    say(
      JSON.stringify({ ok: isOk, version: VERSION, host, findings }, null, 2),
    );
    return isOk ? 0 : 1;
  }
  if (file !== undefined) say(`With the variables of ${file}:`);
  else if (!hasVariables(env)) say(NO_VARIABLES);
  for (const finding of findings) say(describe(finding));
  return isOk ? 0 : 1;
}

function describe({ check, kind, message, remedy }: Finding): string {
  const advice = remedy === undefined ? "" : `; ${remedy}`;
  return `${MARKS[kind].padEnd(5)}  ${check.padEnd(11)}  ${message}${advice}`;
}
