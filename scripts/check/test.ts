/**
 * Runs every step, shows the output of those that fail, and ends with `N passed, N failed` for the whole run. A
 * test step counts its tests, any other counts one.
 *
 * @module
 */
import { ROOT } from "../../tests/_kit/paths.ts";
import { run, say } from "../../tests/_kit/run.ts";

/** How a step says what it did: by its exit status, Deno's JUnit report, or a last line `N passed, N failed`. */
type StepKind = "check" | "deno-tests" | "counted-tests";

interface Step {
  /** A task of deno.json. */
  readonly task: string;
  readonly kind: StepKind;
}

const STEPS: readonly Step[] = [
  { task: "fmt:check", kind: "check" },
  { task: "lint", kind: "check" },
  { task: "check", kind: "check" },
  { task: "check:web", kind: "check" },
  { task: "check:page", kind: "check" },
  { task: "check:docs", kind: "check" },
  { task: "check:exports", kind: "check" },
  { task: "check:api", kind: "check" },
  { task: "check:size", kind: "deno-tests" },
  { task: "publish:dry", kind: "check" },
  { task: "test:deno", kind: "deno-tests" },
  { task: "test:doc", kind: "deno-tests" },
  { task: "build:npm", kind: "check" },
  { task: "check:package", kind: "check" },
  { task: "test:node", kind: "counted-tests" },
  { task: "test:bun", kind: "counted-tests" },
  { task: "test:workerd", kind: "deno-tests" },
  { task: "test:servers", kind: "deno-tests" },
  { task: "test:caches", kind: "deno-tests" },
  { task: "test:edge", kind: "counted-tests" },
];

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Shown when something failed. */
  readonly output: string;
}

async function runStep({ task, kind }: Step): Promise<Outcome> {
  const report = kind === "deno-tests"
    ? await Deno.makeTempFile({ suffix: ".xml" })
    : undefined;
  try {
    const extra = report === undefined ? [] : [`--junit-path=${report}`];
    const { code, stdout, output } = await run([
      Deno.execPath(),
      "task",
      "--quiet",
      task,
      ...extra,
    ], {
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    });
    if (kind === "check") {
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output };
    }
    const counts = report === undefined
      ? countsOf(stdout)
      : junitCounts(await Deno.readTextFile(report));
    return settle(counts, code, output);
  } finally {
    if (report !== undefined) await Deno.remove(report).catch(() => {});
  }
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** A step that broke before or after its tests has failed too, and so has one that found none. */
function settle(
  { passed, failed }: Counts,
  code: number,
  output: string,
): Outcome {
  if (code !== 0 && failed === 0) {
    return { passed, failed: 1, output: `${output}\nExit status ${code}` };
  }
  if (passed + failed === 0) {
    return { passed, failed: 1, output: `${output}\nRan no test` };
  }
  return { passed, failed, output };
}

function countsOf(stdout: string): Counts {
  const last = [...stdout.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  return { passed: Number(last?.[1] ?? 0), failed: Number(last?.[2] ?? 0) };
}

/** Steps within a test are counted as Deno's report has them: each is a test case. */
function junitCounts(xml: string): Counts {
  const total = xml.match(/<testsuites\b[^>]*>/)?.[0] ?? "";
  const disabled = [...xml.matchAll(/<testsuite\b[^>]*>/g)].map(([suite]) =>
    attribute(suite, "disabled")
  );
  const failed = attribute(total, "failures") + attribute(total, "errors");
  return {
    passed: attribute(total, "tests") - failed -
      disabled.reduce((sum, count) => sum + count, 0),
    failed,
  };
}

function attribute(tag: string, name: string): number {
  return Number(tag.match(new RegExp(`\\b${name}="(\\d+)"`))?.[1] ?? 0);
}

function statusLine(
  { task, kind }: Step,
  { passed, failed }: Outcome,
  startedAt: number,
): string {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const counts = kind === "check"
    ? ""
    : `  ${passed} passed${failed === 0 ? "" : `, ${failed} failed`}`;
  return `${failed === 0 ? "ok    " : "FAILED"} ${task.padEnd(14)} ${
    seconds.padStart(5)
  } s${counts}`;
}

/** What Deno says of files and packages that are all right. */
const PROGRESS = /^(Check|Download|Initialize) .*\n/gm;

async function main(): Promise<number> {
  let passed = 0;
  let failed = 0;
  for (const step of STEPS) {
    const startedAt = performance.now();
    const outcome = await runStep(step);
    say(statusLine(step, outcome, startedAt));
    if (outcome.failed > 0) {
      say(`\n${outcome.output.replace(PROGRESS, "").trim()}\n`);
    }
    passed += outcome.passed;
    failed += outcome.failed;
  }
  say(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) main().then(Deno.exit);
