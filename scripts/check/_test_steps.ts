import config from "../../deno.json" with { type: "json" };

/** How a step says what it did: by its exit status, Deno's JUnit report, or a last line `N passed, N failed`. */
export type StepKind = "check" | "deno-tests" | "counted-tests";

/** A step of the whole run. */
export interface Step {
  /** A task of deno.json. */
  readonly task: keyof typeof config.tasks;
  readonly kind: StepKind;
  /** What it takes on two idle cores, packages already fetched; only what is told of it goes by that. */
  readonly seconds: number;
}

/** The steps, in order. */
export const STEPS: readonly Step[] = [
  { task: "fmt:check", kind: "check", seconds: 1 },
  { task: "lint", kind: "check", seconds: 1 },
  { task: "check", kind: "check", seconds: 8 },
  { task: "check:web", kind: "check", seconds: 2 },
  { task: "check:page", kind: "check", seconds: 3 },
  { task: "check:docs", kind: "check", seconds: 1 },
  { task: "check:exports", kind: "check", seconds: 2 },
  { task: "check:api", kind: "check", seconds: 1 },
  { task: "check:size", kind: "deno-tests", seconds: 5 },
  { task: "publish:dry", kind: "check", seconds: 4 },
  { task: "test:deno", kind: "deno-tests", seconds: 125 },
  { task: "test:doc", kind: "deno-tests", seconds: 20 },
  { task: "build:npm", kind: "check", seconds: 8 },
  { task: "check:package", kind: "check", seconds: 2 },
  { task: "test:node", kind: "counted-tests", seconds: 5 },
  { task: "test:bun", kind: "counted-tests", seconds: 5 },
  { task: "test:workerd", kind: "deno-tests", seconds: 55 },
  { task: "test:servers", kind: "deno-tests", seconds: 20 },
  { task: "test:caches", kind: "deno-tests", seconds: 3 },
  { task: "test:edge", kind: "counted-tests", seconds: 3 },
];

/** What a step does, in the words of its task. */
export function describeTask({ task }: Step): string {
  return config.tasks[task].description;
}

/** What is ahead: "19 steps, about 4 minutes". */
export function describeRun(steps: readonly Step[]): string {
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  return `${steps.length} steps, about ${Math.ceil(seconds / 60)} minutes`;
}
