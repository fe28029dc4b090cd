import type { Clock } from "../core/clock.ts";
import type {
  EventDraft,
  ImmediateEventSink,
  TraceContext,
} from "../core/event.ts";
import { describeType, isObject, isRecord } from "../core/guards.ts";
import type { RandomSource } from "../core/random.ts";
import type { Reporter } from "../core/reporter.ts";
import { findBuildIds } from "../core/runtime.ts";
import { type CaptureEscaped, isControlFlow } from "./boundaries.ts";
import { buildException } from "./build.ts";
import type {
  CaptureExceptionArguments,
  ExceptionMethods,
} from "./call_options.ts";
import { createChunkIds } from "./chunk_ids.ts";
import { createRateLimiter, type RateLimits } from "./rate_limiter.ts";
import { sealException } from "./seal.ts";
import {
  type BuiltException,
  type EntryFunction,
  type ExceptionInput,
  type FrameOptions,
  MANUAL,
} from "./types.ts";

/** Frames between `buildException` and what calls the methods: `describe`, `draft` and the verb. */
const OWN_DEPTH = 3;

/** What the room is made of; shared by the client and its scopes. */
export interface ExceptionDeps {
  /** How frames are described. */
  readonly frames: FrameOptions;
  /** What boundaries may capture of one type. */
  readonly limits: RateLimits;
  /** Refills those limits. */
  readonly clock: Clock;
  /** Asked first: without random bytes there is no uuid. */
  readonly random: RandomSource;
  /** Hears of what is not captured. */
  readonly reporter: Reporter;
}

/** Who captures: the client, or a scope. */
export interface ExceptionCaller {
  /** Where its events go. */
  readonly sink: ImmediateEventSink;
  /** The active span of its request. */
  readonly traceContext: () => TraceContext | undefined;
  /** The functions that the application calls: a call-site stack starts below them. */
  readonly entries: () => ExceptionMethods;
  /** Frames between the methods made here and the application: such a function's own, and what it goes through. */
  readonly depth: number;
}

/** The room. */
export interface Exceptions {
  /** The verbs of a caller, and what its boundaries use. */
  createMethods(
    caller: ExceptionCaller,
  ): ExceptionMethods & { readonly captureEscaped: CaptureEscaped };
}

/** Creates the errors room of a client. */
export function createExceptions(deps: ExceptionDeps): Exceptions {
  const { frames, clock, random, reporter } = deps;
  const limiter = createRateLimiter(deps.limits, () => clock.now());
  const chunks = createChunkIds();
  const captured = new WeakSet<object>();

  /** Asks nothing of the error: reading its stack is what makes an engine format it. */
  const isReady = (sink: ImmediateEventSink) => {
    if (!sink.isOpen()) return false;
    try {
      // A Worker's global scope refuses these and stops the clock, so they are asked for before the time is.
      random(new Uint8Array(1));
      return true;
    } catch {
      reporter.warn(
        "Cannot capture an exception: there are no random bytes for its uuid, as at a Worker's global scope",
        "exception:random",
      );
      reporter.drop({ reason: "gate", lane: "analytics", event: "$exception" });
      return false;
    }
  };
  /** Another library's mark, as posthog-js sets it. A mark of our own would fail on a frozen error. */
  const isMarked = (error: unknown) => {
    try {
      const { __posthog_previously_captured_error: mark } = Object(error);
      if (mark === true) reporter.debug("The exception was captured before");
      return mark === true;
    } catch {
      return false;
    }
  };
  const describe = (error: unknown, input: ExceptionInput): BuiltException => {
    const built = buildException(error, {
      ...input,
      frames,
      build: findBuildIds(),
      chunks,
    });
    if (isWeakKey(error)) captured.add(error);
    for (const { level, text } of built.notes) reporter[level](text);
    return built;
  };

  return {
    createMethods({ sink, traceContext, entries, depth }) {
      const draft = (
        entryFunction: EntryFunction,
        [error, distinctId, properties, fourth, fifth]:
          CaptureExceptionArguments,
      ): EventDraft | undefined => {
        if (!isReady(sink) || isMarked(error)) return undefined;
        const { uuid, timestamp, groups, disableGeoip, flags, ...overrides } =
          readOptions(fourth, fifth, reporter);
        const built = describe(error, {
          boundary: MANUAL,
          overrides,
          callSite: { entryFunction, depth: depth + OWN_DEPTH },
        });
        return {
          event: "$exception",
          distinctId,
          properties,
          uuid,
          timestamp,
          groups,
          disableGeoip,
          flags,
          seal: sealException(built, traceContext()),
        };
      };
      /**
       * A function without a name, since Bun takes the innermost one of the entry's name for the entry. Not `async`:
       * engines disagree on the frames of such a function, and a call-site stack may have to count them.
       */
      const createVerb = <Result>(
        name: keyof ExceptionMethods,
        put: (draft: EventDraft) => Result,
        nothing: () => Result,
      ) =>
      (...args: CaptureExceptionArguments): Result => {
        const made = draft(entries()[name], args);
        return made ? put(made) : nothing();
      };
      return {
        captureException: createVerb(
          "captureException",
          sink.capture,
          () => undefined,
        ),
        captureExceptionImmediate: createVerb(
          "captureExceptionImmediate",
          sink.captureImmediate,
          () => Promise.resolve(undefined),
        ),
        captureEscaped(error, boundary, properties) {
          if (!isReady(sink) || isControlFlow(error)) return;
          if (isWeakKey(error) && captured.has(error) || isMarked(error)) {
            return;
          }
          const built = describe(error, { boundary });
          if (!limiter.take(built.type)) {
            return reporter.debug(
              "Cannot capture an exception: too many of its type",
            );
          }
          sink.capture({
            event: "$exception",
            ...(properties && { ownProperties: properties }),
            seal: sealException(built, traceContext()),
          });
        },
      };
    },
  };
}

type RawOptions = Readonly<Record<string, unknown>>;

/** Parity: posthog-node takes a uuid in fourth and a snapshot in fifth place. */
function readOptions(
  fourth: unknown,
  fifth: unknown,
  reporter: Reporter,
): RawOptions {
  if (typeof fourth === "string") return { uuid: fourth, flags: fifth };
  if (isSnapshot(fourth)) return { flags: fourth };
  if (isRecord(fourth)) {
    const { uuid, timestamp, groups, disableGeoip, flags = fifth } = fourth;
    const { fingerprint, level, mechanism, source } = fourth;
    return {
      uuid,
      timestamp,
      groups,
      disableGeoip,
      flags,
      fingerprint,
      level,
      mechanism,
      source,
    };
  }
  if (fourth !== undefined && fourth !== null) {
    const type = describeType(fourth);
    reporter.warn(`Cannot use 'options': expected an object, got ${type}`);
  }
  return { flags: fifth };
}

function isSnapshot(value: unknown): boolean {
  return isObject(value) && typeof value["toEventProperties"] === "function";
}

function isWeakKey(value: unknown): value is object {
  return isObject(value) || typeof value === "function";
}
