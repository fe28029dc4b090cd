import { isObject, readList } from "../core/guards.ts";
import type { RequestLike } from "../core/platform.ts";

/** The headers by which one part of an application tells another who asks. Hints, never authentication. */
export const DISTINCT_ID_HEADER = "X-POSTHOG-DISTINCT-ID";
export const SESSION_ID_HEADER = "X-POSTHOG-SESSION-ID";
/** Sent by posthog-js beside the others, and not read. */
export const WINDOW_ID_HEADER = "X-POSTHOG-WINDOW-ID";

/** Longer identities are cut to this many UTF-16 units. */
const MAX_IDENTITY_LENGTH = 1000;

const CONTROL_CHARACTERS = /\p{Cc}/gu;

/** Reads one header in any case, from a `Headers` or a plain record; whatever can't be read is absent. */
export function readHeader(request: RequestLike, name: string): unknown {
  try {
    const { headers } = request;
    if (!isObject(headers)) return undefined;
    if (typeof headers["get"] === "function") {
      return (headers as unknown as Headers).get(name) ?? undefined;
    }
    const lowerName = name.toLowerCase();
    for (const key of Object.keys(headers)) {
      if (key.toLowerCase() === lowerName) return headers[key];
    }
  } catch {
    // Absent, too.
  }
  return undefined;
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
    // Not `flat`, which takes Node five times as long as all the rest: this runs several times for each request.
    for (const candidate of readList(value) ?? [value]) {
      if (typeof candidate !== "string") continue;
      let text = candidate.replace(CONTROL_CHARACTERS, "").trim();
      if (text.length > maxLength) {
        text = text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, "").trim();
      }
      if (text) return text.toWellFormed();
    }
  } catch {
    // A list whose elements can't be read: a revoked proxy, a getter that throws.
  }
  return undefined;
}
