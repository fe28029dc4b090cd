import type { Boundary } from "../client/escaped.ts";

/** How exceptions are described, and how many of them boundaries may capture. */
export interface ErrorTrackingOptions {
  /** File names below this folder become relative to it, so that a deployment's own path opens no new issue. */
  projectRoot?: string | undefined;
  /** Frames in files that match are the application's, whatever else is true of them. */
  inAppInclude?: readonly (string | RegExp)[] | undefined;
  /** Frames in files that match are not the application's. */
  inAppExclude?: readonly (string | RegExp)[] | undefined;
  /** Captures by `withPostHog` of one error type in a burst; those by hand are not limited. @default 10 */
  exceptionRateLimiterBucketSize?: number | undefined;
  /** Captures by `withPostHog` of one error type regained every 10 s. @default 1 */
  exceptionRateLimiterRefillRate?: number | undefined;
}

/** How frames are described. */
export type FrameOptions = Readonly<
  Pick<ErrorTrackingOptions, "projectRoot" | "inAppInclude" | "inAppExclude">
>;

/** One frame of a stack, as the processor reads it: an unknown platform or a missing name loses the whole event. */
export interface StackFrame {
  /** The reader that the processor picks: this one never fetches sources by URL. */
  readonly platform: "node:javascript";
  /** Where the code is; `[native code]` for what the engine is made of. */
  readonly filename: string;
  /** The function's name; `?` when unknown. */
  readonly function: string;
  /** The line, counted from 1. */
  readonly lineno?: number;
  /** The column, counted from 1. */
  readonly colno?: number;
  /** Whether the application's own code is here. */
  readonly "in_app": boolean;
  /** The build's id of the file, if it has one. */
  readonly "chunk_id"?: string;
  /** The file as the engine named it, where `filename` was shortened. */
  readonly "abs_path"?: string;
}

/** How an exception came to be known; what is unknown is left out. */
export interface ExceptionMechanism {
  /** The kind of boundary, or `chained`. */
  readonly type?: string;
  /** What it is to its parent: `cause`, `member`, `inner`, `suppressed`. */
  readonly source?: string;
  /** Whether the application dealt with it. */
  readonly handled?: boolean;
  /** Whether the SDK made up its stack, or the exception itself. */
  readonly synthetic?: boolean;
  /** Its place in the list. */
  readonly "exception_id": number;
  /** The place of what it belongs to. */
  readonly "parent_id"?: number;
}

/** One exception of a list: the caught one first, its root cause last. */
export interface ExceptionEntry {
  /** The error's name. */
  readonly type: string;
  /** The error's message. */
  readonly value: string;
  /** How it came to be known. */
  readonly mechanism: ExceptionMechanism;
  /** Entry point first, crash site last; absent without a frame. */
  readonly stacktrace?: {
    /** As the engine told it. */
    readonly type: "raw";
    /** At least one. */
    readonly frames: readonly StackFrame[];
  };
}

/** `captureException`: what is captured by hand is caught. */
export const MANUAL: Boundary = {
  level: "error",
  mechanism: { type: "generic", handled: true },
};
