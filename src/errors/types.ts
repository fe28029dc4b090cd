import type { JsonObject } from "../core/json.ts";

/** How bad an exception is, in the processor's words. */
export type ExceptionLevel =
  | "fatal"
  | "error"
  | "warning"
  | "log"
  | "info"
  | "debug";

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

/** What is known about an exception because of where it was caught. */
export interface Boundary {
  /** How bad it is. */
  readonly level: ExceptionLevel;
  /** What caught it, and whether the application dealt with it. */
  readonly mechanism: { readonly type: string; readonly handled: boolean };
  /** `<technology>.<stable_hook>`; absent for a capture by hand. */
  readonly source?: string;
}

/** `captureException`: what is captured by hand is caught. */
export const MANUAL: Boundary = Object.freeze({
  level: "error",
  mechanism: Object.freeze({ type: "generic", handled: true }),
});

/** What a caller says about the exception, raw: JavaScript callers pass anything. */
export interface ExceptionOverrides {
  /** The grouping key; wins over the property `$exception_fingerprint`. */
  readonly fingerprint?: unknown;
  /** How bad it is. */
  readonly level?: unknown;
  /** Fields of the outermost exception's mechanism. */
  readonly mechanism?: unknown;
  /** What caught it. */
  readonly source?: unknown;
}

/** How frames are described: the client's options. */
export interface FrameOptions {
  /** File names below this folder become relative to it. */
  readonly projectRoot?: string | undefined;
  /** Files that are the application's, whatever else is true of them. */
  readonly inAppInclude?: readonly (string | RegExp)[];
  /** Files that are not, unless included. */
  readonly inAppExclude?: readonly (string | RegExp)[];
}

/** What the build left in the isolate: see `findBuildIds` of core/runtime.ts. */
export interface BuildIds {
  /** Stack text of each chunk to its id, raw. */
  readonly chunkIds: unknown;
  /** The release's id, raw. */
  readonly releaseId: unknown;
}

/** The ids that a build gave its files, by file. */
export interface ChunkIds {
  /** Reads what the build left; the same map with as many keys is read once. Undefined when there is nothing. */
  read(chunkIds: unknown): ReadonlyMap<string, string> | undefined;
}

/** What {@linkcode buildException} needs to know beside the error. */
export interface ExceptionInput {
  /** Where it was caught; without one nothing is claimed about it. */
  readonly boundary?: Boundary;
  /** What the caller says about it. */
  readonly overrides?: ExceptionOverrides | undefined;
  /** How frames are described. */
  readonly frames?: FrameOptions;
  /** What the build left, as it is now. */
  readonly build?: BuildIds;
  /** The client's memory of chunk ids. */
  readonly chunks?: ChunkIds;
  /** Gives an error without a stack the one of the call; absent: such an error stays without. */
  readonly callSite?: CallSite | undefined;
}

/**
 * Where the SDK was entered. The entry function must not call on in tail position: JavaScriptCore drops the frame of
 * a function that does, and what is not on the stack can't be hidden. Any `try` around the call prevents that.
 */
export interface CallSite {
  /** The function that the application called: it and all above it are hidden. */
  readonly entryFunction: EntryFunction;
  /** Frames of the SDK between `buildException` and the application, for engines that can't hide them. */
  readonly depth: number;
}

/** A function of which only the identity matters. */
// deno-lint-ignore ban-types -- `captureStackTrace` takes any function
export type EntryFunction = Function;

/** Something worth telling, in the shape that `tellNotes` of the events takes. */
export interface ExceptionNote {
  /** Whether the caller should hear of it without asking. */
  readonly level: "debug" | "warn";
  /** What to say; never a value. */
  readonly text: string;
}

/** A described exception. */
export interface BuiltException {
  /** `list[0].type`: what the rate limiter counts. */
  readonly type: string;
  /** The `$exception_*` properties that win over every other layer; JSON-safe and of nobody else. */
  readonly properties: JsonObject;
  /** Properties that lose against every other layer (`$release_id`). */
  readonly defaults: JsonObject;
  /** What is worth telling. */
  readonly notes: readonly ExceptionNote[];
}
