import { isObject } from "../core/guards.ts";
import type { RequestLike } from "../core/platform.ts";

/** Names of the headers by which one part of an application tells another who asks. Hints, never authentication. */
export const TRACING_HEADERS: Readonly<
  { distinctId: string; sessionId: string; windowId: string }
> = Object.freeze({
  distinctId: "X-POSTHOG-DISTINCT-ID",
  sessionId: "X-POSTHOG-SESSION-ID",
  // Sent by posthog-js beside the others, and not read.
  windowId: "X-POSTHOG-WINDOW-ID",
});

/** Longer identities are cut to this many UTF-16 units. */
const MAX_IDENTITY_LENGTH = 1000;

// deno-lint-ignore no-control-regex -- control characters are what it removes
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/g;

/** Reads one header in any case, from a `Headers` or a plain record; whatever can't be read is absent. */
export function readHeader(request: RequestLike, name: string): unknown {
  try {
    const { headers } = request;
    if (!isObject(headers)) return undefined;
    if (typeof headers["get"] === "function") {
      return (headers as unknown as Headers).get(name) ?? undefined;
    }
    const lowerName = name.toLowerCase();
    const key = Object.keys(headers).find((candidate) =>
      candidate.toLowerCase() === lowerName
    );
    return key === undefined ? undefined : headers[key];
  } catch {
    return undefined;
  }
}

/**
 * A text from an untrusted source: no control characters, trimmed, cut without splitting a surrogate pair. Of a
 * list the first element that survives; undefined when nothing is left.
 */
export function sanitise(
  value: unknown,
  maxLength: number = MAX_IDENTITY_LENGTH,
): string | undefined {
  try {
    const candidates: readonly unknown[] = Array.isArray(value)
      ? value
      : [value];
    for (const candidate of candidates) {
      const text = typeof candidate === "string"
        ? sanitiseText(candidate, maxLength)
        : "";
      if (text !== "") return text;
    }
  } catch {
    // A list whose elements can't be read: a revoked proxy, a getter that throws.
  }
  return undefined;
}

function sanitiseText(text: string, maxLength: number): string {
  const clean = text.replace(CONTROL_CHARACTERS, "").trim();
  return cut(clean, maxLength).trim().toWellFormed();
}

function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const lastUnit = text.charCodeAt(maxLength - 1);
  const splitsPair = lastUnit >= 0xd800 && lastUnit <= 0xdbff;
  return text.slice(0, splitsPair ? maxLength - 1 : maxLength);
}
