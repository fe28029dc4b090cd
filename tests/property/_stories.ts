import fc from "fast-check";
import type { EventResult, Fault } from "../../src/dev/types.ts";

/** What an application does, one step after the other. */
export type Step =
  | {
    readonly kind: "capture";
    readonly count: number;
    readonly isAi: boolean;
  }
  | {
    readonly kind: "scope";
    readonly count: number;
    /** Which of the earlier scopes; undefined for a new one. */
    readonly earlier: number | undefined;
    readonly hasWaitUntil: boolean;
    readonly isAi: boolean;
  }
  | {
    readonly kind: "immediate";
    readonly onScope: boolean;
    readonly isAi: boolean;
  }
  | {
    readonly kind: "flush";
    readonly onScope: boolean;
    readonly timeoutMs: number | undefined;
  }
  | { readonly kind: "advance"; readonly ms: number };

/** One history: the options, what the application does, and what goes wrong meanwhile. */
export interface Story {
  readonly options: {
    /** Undefined sends at once. */
    readonly flushAt: number | undefined;
    readonly maxBatchSize: number;
    readonly maxQueueSize: number;
    readonly fetchRetryCount: number;
  };
  /** Whether the client has a `waitUntil` of its own. */
  readonly isKept: boolean;
  readonly steps: readonly Step[];
  /** The fault of each request in turn, from the start again when used up; undefined is a normal answer. */
  readonly faults: readonly (Fault | undefined)[];
  /** The result of each event in turn, where the protocol has one; undefined is `ok`. */
  readonly results: readonly (EventResult | undefined)[];
}

const count = fc.integer({ min: 1, max: 60 });

/** Every fourth event travels on the AI lane. */
const isAi = fc.integer({ min: 0, max: 3 }).map((n) => n === 0);

const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("capture" as const),
      count,
      isAi,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("scope" as const),
      count,
      earlier: fc.option(fc.nat(7), { nil: undefined }),
      hasWaitUntil: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
      isAi,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("immediate" as const),
      onScope: fc.boolean(),
      isAi,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("flush" as const),
      onScope: fc.boolean(),
      timeoutMs: fc.constantFrom(undefined, undefined, 0, 50, 5000, 60_000),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("advance" as const),
      ms: fc.constantFrom(0, 1, 40, 1000, 7000, 31_000, 130_000),
    }),
  },
);

const STATUS: fc.Arbitrary<Fault> = fc.record({
  status: fc.constantFrom(408, 413, 429, 500, 502, 503, 504, 520),
  retryAfter: fc.constantFrom(undefined, undefined, 0, 3, 20, 400, "soon"),
});

/** Faults that leave no doubt: the server has the events, or it has not. */
const PLAIN: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: STATUS },
  { weight: 2, arbitrary: fc.constant<Fault>({ drop: "connection" }) },
  {
    weight: 2,
    arbitrary: fc.record({
      delayMs: fc.constantFrom(10, 3000, 9999, 20_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ status: fc.constantFrom(302, 400, 401, 404) }),
  },
);

/**
 * Accepted, and then the body of the answer breaks off. Its status has arrived, which is enough by v0; v1 speaks of each
 * event in the body, so that the client can't know (FLD-085).
 */
const CUT_OFF: fc.Arbitrary<Fault> = fc.constant({ drop: "body" });

/** Faults after which the server has the events and the client can't know. */
const LOST_ANSWER: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant<Fault>({ drop: "answer" }),
  fc.record({ answerDelayMs: fc.constantFrom(3000, 20_000) }),
);

/** Results of single events: mostly to be sent again. */
const RESULT: fc.Arbitrary<EventResult> = fc.record({
  result: fc.constantFrom(
    "retry",
    "retry",
    "retry",
    "drop",
    "limited",
    "warning",
  ),
});

/** Stories; `losesAnswers` adds those in which the client has to send again what the server took already. */
export function stories(
  losesAnswers: boolean,
  captureMode: "v0" | "v1" = "v0",
): fc.Arbitrary<Story> {
  const isCutOff = losesAnswers || captureMode === "v0";
  const fault = fc.oneof(
    { weight: 12, arbitrary: PLAIN },
    { weight: losesAnswers ? 4 : 0, arbitrary: LOST_ANSWER },
    { weight: isCutOff ? 1 : 0, arbitrary: CUT_OFF },
  );
  return fc.record({
    options: fc.record({
      flushAt: fc.constantFrom(undefined, undefined, 1, 5, 20),
      maxBatchSize: fc.constantFrom(1, 7, 100),
      maxQueueSize: fc.constantFrom(40, 10_000),
      fetchRetryCount: fc.constantFrom(0, 1, 3),
    }),
    isKept: fc.boolean(),
    steps: fc.array(STEP, { minLength: 30, maxLength: 60, size: "max" }),
    faults: fc.array(fc.option(fault, { nil: undefined, freq: 2 }), {
      minLength: 1,
      maxLength: 40,
      size: "max",
    }),
    results: fc.array(fc.option(RESULT, { nil: undefined, freq: 2 }), {
      minLength: 1,
      maxLength: 40,
      size: "max",
    }),
  });
}
