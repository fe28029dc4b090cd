import { assertEquals } from "@std/assert";
import {
  countTests,
  createTestProgress,
} from "../scripts/check/_test_progress.ts";
import { describeRun, type Step, STEPS } from "../scripts/check/_test_steps.ts";

const STEP: Step = { task: "test:deno", kind: "deno-tests", seconds: 120 };

function watch(columns: number | undefined) {
  let written = "";
  const progress = createTestProgress(
    STEP,
    (text) => written += text,
    columns,
  );
  for (let seconds = 1; seconds <= 65; seconds++) {
    progress.tick(seconds, seconds * 10);
  }
  progress.end();
  return written;
}

Deno.test("a run says at its start how many steps it has and how long they take", () => {
  assertEquals(
    describeRun([STEP, { ...STEP, seconds: 90 }]),
    "2 steps, about 4 minutes",
  );
  assertEquals(new Set(STEPS.map(({ task }) => task)).size, STEPS.length);
});

Deno.test("a step tells a terminal in one line what it does and how far it is", () => {
  const lines = watch(60).split("\r\x1b[K").slice(1);
  assertEquals(lines.length, 1 + 65 + 1);
  assertEquals(
    lines[0],
    "  ... test:deno  All tests on Deno, the contract suite incl",
  );
  assertEquals(
    lines[42],
    "  ... test:deno  42 s of about 120 s, tests so far: 420  Al",
  );
  assertEquals(lines.at(-1), "");
  assertEquals(watch(60).includes("\n"), false);
});

Deno.test("a step tells a file every half minute, in plain lines", () => {
  assertEquals(
    watch(undefined),
    "...    test:deno  30 s of about 120 s, tests so far: 300\n" +
      "...    test:deno  60 s of about 120 s, tests so far: 600\n",
  );
});

Deno.test("tests are counted as Deno prints them", () => {
  const printed = "running 3 tests from ./a_test.ts\na ... ok (2ms)\n" +
    "b ... FAILED (1ms)\nc ... ignored (0ms)\nd ...\n";
  assertEquals([countTests(printed), countTests("")], [3, 0]);
});
