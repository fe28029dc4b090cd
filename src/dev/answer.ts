import type { Bytes } from "../core/bytes.ts";
import type { JsonValue } from "../core/json.ts";

/** An answer as a value, so that faults and the request log can look at it before it leaves. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** The body: a string goes out as text, anything else as JSON; undefined for none. */
  readonly body?: JsonValue | undefined;
  /** Headers beside `Content-Type`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The form in which PostHog's API words an error. */
export function buildError(
  status: number,
  type: string,
  code: string,
  detail: string,
): Answer {
  return { status, body: { type, code, detail, attr: null } };
}

/** The form in which capture v1 words an error. */
export function buildV1Error(
  status: number,
  error: string,
  description: string,
): Answer {
  return { status, body: { error, error_description: description } };
}

/** The statuses that a `Response` refuses a body for. */
const BODILESS: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** Builds the response. With `isCutShort` its body breaks off halfway. */
export function toResponse(answer: Answer, isCutShort: boolean): Response {
  const { status, body } = answer;
  const headers = new Headers(answer.headers);
  if (body === undefined || BODILESS.has(status)) {
    return new Response(null, { status, headers });
  }
  if (!headers.has("content-type")) {
    headers.set(
      "content-type",
      typeof body === "string" ? "text/plain" : "application/json",
    );
  }
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Response(isCutShort ? breakOff(text) : text, { status, headers });
}

function breakOff(text: string): ReadableStream<Bytes> {
  const bytes = new TextEncoder().encode(text);
  let isStarted = false;
  // The error waits for the second pull: raised together with the first half it would swallow that half.
  return new ReadableStream({
    pull(controller) {
      if (isStarted) {
        return controller.error(
          new TypeError("The emulator cut the body short"),
        );
      }
      isStarted = true;
      controller.enqueue(bytes.slice(0, Math.ceil(bytes.length / 2)));
    },
  }, { highWaterMark: 0 });
}
