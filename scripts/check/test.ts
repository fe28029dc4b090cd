/**
 * Runs every step, tells meanwhile what is being done and how long it takes, shows the output of those that fail, and
 * ends with `N passed, N failed` for the whole run. A test step counts its tests, any other counts one.
 *
 * @module
 */
import { ROOT } from "../../tests/_kit/paths.ts";
import { run, say } from "../../tests/_kit/run.ts";
import { countTests, createTestProgress } from "./_test_progress.ts";
import { describeRun, type Step, STEPS } from "./_test_steps.ts";

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Shown when something failed. */
  readonly output: string;
}

async function runStep(step: Step): Promise<Outcome> {
  const { task, kind } = step;
  const watch = watchStep(step);
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
      onPrinted: watch.onPrinted,
    });
    if (kind === "check") {
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output };
    }
    const counts = report === undefined
      ? countsOf(stdout)
      : junitCounts(await Deno.readTextFile(report));
    return settle(counts, code, output);
  } finally {
    watch.end();
    if (report !== undefined) await Deno.remove(report).catch(() => {});
  }
}

/** Shows how far a step is, once a second. */
function watchStep(step: Step) {
  const startedAt = performance.now();
  let tests = 0;
  const progress = createTestProgress(
    step,
    (text) => Deno.stdout.writeSync(new TextEncoder().encode(text)),
    Deno.stdout.isTerminal() ? Deno.consoleSize().columns : undefined,
  );
  const timer = setInterval(() => {
    progress.tick(Math.round((performance.now() - startedAt) / 1000), tests);
  }, 1000);
  return {
    onPrinted: (text: string) => tests += countTests(text),
    end() {
      clearInterval(timer);
      progress.end();
    },
  };
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
  say(`${describeRun(STEPS)}\n`);
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
