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

/** An answer in the bytes that go out. */
export interface RenderedAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** All headers. */
  readonly headers: Headers;
  /** The body; undefined for none. */
  readonly bytes: Bytes | undefined;
}

/** Writes the answer out. */
export function renderAnswer(
  { status, body, headers }: Answer,
): RenderedAnswer {
  const all = new Headers(headers);
  if (body === undefined || BODILESS.has(status)) {
    return { status, headers: all, bytes: undefined };
  }
  if (!all.has("content-type")) {
    all.set(
      "content-type",
      typeof body === "string" ? "text/plain" : "application/json",
    );
  }
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: all, bytes: new TextEncoder().encode(text) };
}

/** Builds the response. With `isCutShort` its body breaks off halfway. */
export function toResponse(
  { status, headers, bytes }: RenderedAnswer,
  isCutShort: boolean,
): Response {
  const body = isCutShort && bytes ? breakOff(bytes) : bytes ?? null;
  return new Response(body, { status, headers });
}

function breakOff(bytes: Bytes): ReadableStream<Bytes> {
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
