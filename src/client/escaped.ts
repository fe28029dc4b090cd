import { attempt } from "../core/guards.ts";

/** How bad an exception is, in the processor's words. */
export type ExceptionLevel =
  | "fatal"
  | "error"
  | "warning"
  | "log"
  | "info"
  | "debug";

/** What is known about an exception because of where it was caught. */
export interface Boundary {
  /** How bad it is. */
  readonly level: ExceptionLevel;
  /** What caught it, and whether the application dealt with it. */
  readonly mechanism: { readonly type: string; readonly handled: boolean };
  /** `<technology>.<stable_hook>`; absent for a capture by hand. */
  readonly source?: string;
}

/**
 * A scope's way in for boundaries: a symbol, so that it is no part of the public interface, and a registered one, so
 * that both module formats of the package find it.
 */
export const CAPTURE_ESCAPED: unique symbol = Symbol.for(
  "edgehog.captureEscaped",
);

/** Captures what escaped to a boundary, unless it was captured before. */
export type CaptureEscaped = (
  error: unknown,
  boundary: Boundary,
  properties?: Readonly<Record<string, unknown>>,
) => void;

/** An error escaped the fetch handler: the runtime answers. */
export const FETCH_HANDLER: Boundary = {
  level: "error",
  mechanism: { type: "middleware", handled: false },
  source: "fetch.handler",
};

/** An error escaped the fetch handler, and the application's own hook answered it. */
export const FETCH_ON_ERROR: Boundary = {
  level: "error",
  mechanism: { type: "middleware", handled: true },
  source: "fetch.on_error",
};

/** Captures through a scope what escaped; nothing where its client tracks no errors, or is none of this package's. */
export function captureEscaped(
  scope: object,
  ...args: Parameters<CaptureEscaped>
): void {
  (scope as { readonly [CAPTURE_ESCAPED]?: CaptureEscaped })
    [CAPTURE_ESCAPED]?.(...args);
}

/**
 * Next.js throws these to redirect, to show pages for missing things (`NEXT_…`), and to stop rendering ahead of requests. The
 * digests of failures are numbers.
 */
const CONTROL_DIGEST = /^(?:NEXT_|DYNAMIC_SERVER|BAILOUT_TO|HANGING_PROMISE)/;

/** Whether the value is a response: by its tag, since a sandbox may have a `Response` of its own. */
export function isResponse(value: unknown): value is Response {
  return attempt(() => Object.prototype.toString.call(value)) ===
    "[object Response]";
}

/** Whether the thrown value is an answer rather than a failure: a `Response`, or a framework's own signal. */
export function isControlFlow(thrown: unknown): boolean {
  return isResponse(thrown) ||
    // What refuses to be looked at is no signal of anybody's; what is no text is none of Next.js's.
    attempt(() => CONTROL_DIGEST.test(Object(thrown).digest)) === true;
}
