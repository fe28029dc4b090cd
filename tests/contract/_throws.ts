import type { PostHog, RequestScope } from "edgehog";

/** Where an innermost frame is to be. */
export interface Place {
  /** The function that it names. */
  readonly fn: { readonly name: string };
  /** A text of that line; the message, too. */
  readonly marker: string;
  /** Frames of the runtime may come after it: Node makes a DOMException in JavaScript. */
  readonly isMadeByRuntime?: boolean;
}

/** Something that fails at a place of its own. */
export interface Failure extends Place {
  /** For the test's name. */
  readonly name: string;
  /** The function that fails. */
  readonly fn: () => unknown;
}

function throwTypeError(): never {
  throw new TypeError("fails at once");
}

async function rejectLater(): Promise<never> {
  await Promise.resolve();
  throw new RangeError("fails after a turn");
}

function throwWrapper(): never {
  try {
    throwRoot();
  } catch (cause) {
    throw new Error("fails because of another", { cause });
  }
}

/** The cause of {@linkcode throwWrapper}'s error. */
export const ROOT: Failure = {
  name: "a cause",
  fn: throwRoot,
  marker: "fails at the root",
};

function throwRoot(): never {
  throw new URIError("fails at the root");
}

function throwAggregate(): never {
  throw new AggregateError(buildMembers(), "fails with members");
}

/** The first member of {@linkcode throwAggregate}'s error. */
export const MEMBER: Failure = {
  name: "a member",
  fn: buildMembers,
  marker: "fails among others",
};

function buildMembers(): readonly unknown[] {
  return [new EvalError("fails among others"), "text"];
}

function throwDomException(): never {
  throw new DOMException("fails as the web does", "DataError");
}

/** Each fails with an error that has its own stack, where the engine gives it one. */
export const FAILURES: readonly Failure[] = [
  {
    name: "an error thrown at once",
    fn: throwTypeError,
    marker: "fails at once",
  },
  {
    name: "an error after an await",
    fn: rejectLater,
    marker: "fails after a turn",
  },
  {
    name: "an error with a cause",
    fn: throwWrapper,
    marker: "fails because of another",
  },
  {
    name: "an aggregate",
    fn: throwAggregate,
    marker: "fails with members",
  },
  {
    name: "a DOMException",
    fn: throwDomException,
    marker: "fails as the web does",
    isMadeByRuntime: true,
  },
];

type Capturer = Pick<
  PostHog | RequestScope,
  "captureException" | "captureExceptionImmediate"
>;

function captureText(hog: Capturer): unknown {
  return [hog.captureException("captured as text")];
}

async function captureTextNow(hog: Capturer): Promise<unknown> {
  return [await hog.captureExceptionImmediate("captured as text at once")];
}

/** Each captures what is no error: its stack is that of the call. */
export const CALL_SITES: readonly (Place & {
  readonly fn: (hog: Capturer) => unknown;
})[] = [
  { fn: captureText, marker: "captured as text" },
  { fn: captureTextNow, marker: "captured as text at once" },
];

/** What a function throws or rejects with. */
export async function catchFrom(fn: () => unknown): Promise<unknown> {
  try {
    await fn();
  } catch (error) {
    return error;
  }
  throw new Error("It did not fail");
}
