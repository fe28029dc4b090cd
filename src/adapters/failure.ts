import { type Boundary, captureEscaped } from "../client/escaped.ts";
import { attempt } from "../core/guards.ts";

/**
 * Captures what a framework's handler threw, where that is a failure of the application's: no answer with a status
 * below 500, no control flow of a framework, and not the end of a request that the visitor broke off.
 */
export function captureFailure(
  scope: object,
  thrown: unknown,
  source: string,
  request?: object,
  properties?: Readonly<Record<string, unknown>>,
): void {
  // What refuses to be looked at is no answer.
  if (attempt(() => isAnswer(thrown) || isBrokenOff(thrown, request))) return;
  const boundary: Boundary = {
    level: "error",
    mechanism: { type: "middleware", handled: false },
    source,
  };
  captureEscaped(scope, thrown, boundary, properties);
}

/** Whether it says with which status to answer, and that is none of a failure. */
function isAnswer(thrown: unknown): boolean {
  const { status, statusCode } = Object(thrown) as {
    readonly status?: unknown;
    readonly statusCode?: unknown;
  };
  const given = typeof status === "number" ? status : statusCode;
  return typeof given === "number" && given < 500;
}

function isBrokenOff(thrown: unknown, request: object | undefined): boolean {
  const { signal } = Object(request) as { readonly signal?: AbortSignal };
  return signal?.aborted === true && Object(thrown).name === "AbortError";
}
