import { describeTask, type Step } from "./_test_steps.ts";

/** What is told of a step while it runs. */
export interface TestProgress {
  /** A second, or so, has passed. */
  tick(secondsSoFar: number, testsSoFar: number): void;
  /** The step is over: its line, if there is one, is cleared. */
  end(): void;
}

/** Where nobody watches, a line is written as often as that, in s. */
const PLAIN_EVERY_SECONDS = 30;

/** Tests that Deno says are done, in what it printed. */
export function countTests(text: string): number {
  return text.match(/ \.\.\. (?:ok|FAILED|ignored)\b/g)?.length ?? 0;
}

/**
 * Tells how far a step is: on a terminal in one line that is written over, elsewhere (a file, CI) in plain lines.
 *
 * @param columns The terminal's width; undefined where there is none.
 */
export function createTestProgress(
  step: Step,
  write: (text: string) => void,
  columns: number | undefined,
): TestProgress {
  let told = 0;
  const describe = (seconds: number, tests: number) =>
    `${step.task}  ${seconds} s of about ${step.seconds} s${
      tests > 0 ? `, tests so far: ${tests}` : ""
    }`;
  const overwrite = (line: string) =>
    write(`\r\x1b[K${line.slice(0, (columns ?? 1) - 1)}`);
  const what = describeTask(step);
  if (columns !== undefined) overwrite(`  ... ${step.task}  ${what}`);
  return {
    tick(seconds, tests) {
      if (columns !== undefined) {
        overwrite(`  ... ${describe(seconds, tests)}  ${what}`);
      } else if (seconds >= told + PLAIN_EVERY_SECONDS) {
        told = seconds;
        write(`...    ${describe(seconds, tests)}\n`);
      }
    },
    end() {
      if (columns !== undefined) overwrite("");
    },
  };
}
