import type { JsonObject } from "../core/json.ts";
import type { Boundary } from "./types.ts";

/** A scope's way in for boundaries: a symbol, so that it is no part of the public interface. */
export const CAPTURE_ESCAPED: unique symbol = Symbol("edgehog.captureEscaped");

/** Captures what escaped to a boundary, unless it was captured before. */
export type CaptureEscaped = (
  error: unknown,
  boundary: Boundary,
  properties?: JsonObject,
) => void;

/** What a boundary uses of a scope. */
export interface EscapeCapturing {
  /** See {@linkcode CaptureEscaped}. */
  readonly [CAPTURE_ESCAPED]: CaptureEscaped;
}

/** An error escaped the fetch handler: the runtime answers. */
export const FETCH_HANDLER: Boundary = Object.freeze({
  level: "error",
  mechanism: Object.freeze({ type: "middleware", handled: false }),
  source: "fetch.handler",
});

/** An error escaped the fetch handler, and the application's own hook answered it. */
export const FETCH_ON_ERROR: Boundary = Object.freeze({
  level: "error",
  mechanism: Object.freeze({ type: "middleware", handled: true }),
  source: "fetch.on_error",
});

/** Next.js throws these to redirect, and to show pages for missing things. */
const CONTROL_DIGESTS: readonly string[] = Object.freeze([
  "NEXT_REDIRECT",
  "NEXT_NOT_FOUND",
  "NEXT_HTTP_ERROR_FALLBACK",
]);

/** Captures through a scope what escaped; nothing where the scope is none of this package's. */
export function captureEscaped(
  scope: object,
  ...args: Parameters<CaptureEscaped>
): void {
  (scope as Partial<EscapeCapturing>)[CAPTURE_ESCAPED]?.(...args);
}

/** Whether the thrown value is an answer rather than a failure: a `Response`, or a framework's own signal. */
export function isControlFlow(thrown: unknown): boolean {
  try {
    // By its tag, since a sandbox may have a `Response` of its own.
    if (Object.prototype.toString.call(thrown) === "[object Response]") {
      return true;
    }
    const { digest } = Object(thrown) as { readonly digest?: unknown };
    return typeof digest === "string" &&
      CONTROL_DIGESTS.some((start) => digest.startsWith(start));
  } catch {
    // What refuses to be looked at is no signal of anybody's.
    return false;
  }
}
