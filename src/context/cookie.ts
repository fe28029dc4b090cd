import type { Clock } from "../core/clock.ts";
import { attempt, isFiniteNumber, isRecord } from "../core/guards.ts";
import { parseJson } from "../core/json.ts";
import type { RequestLike } from "../core/platform.ts";
import { readHeader, sanitise } from "./headers.ts";

/** Where posthog-js keeps what is read, and the moment of reading. */
export interface CookieSource {
  /** The project token, by which the cookie is named. */
  readonly apiKey: string;
  /** Tells the moment. */
  readonly clock: Pick<Clock, "now">;
}

/** Who asks, as posthog-js remembered it in the browser. */
export interface CookieIdentity {
  /** The person, if it was identified. */
  readonly distinctId?: string | undefined;
  /** The session, if it goes on. */
  readonly sessionId?: string | undefined;
}

/** What browsers keep of one cookie, name included. */
const MAX_COOKIE_LENGTH = 4096;

/** Parity: posthog-js ends a session after half an hour without activity, and after a day. In ms. */
const MAX_IDLE_MS = 30 * 60 * 1000;
const MAX_SESSION_MS = 24 * 60 * 60 * 1000;

/** Reads posthog-js's cookie. Like the headers it comes from the client: a hint, never authentication. Never throws. */
export function readPostHogCookie(
  request: RequestLike,
  { apiKey, clock }: CookieSource,
): CookieIdentity {
  const header = readHeader(request, "cookie");
  if (typeof header !== "string") return {};
  // Parity: posthog-js, which keeps the token's letters and spells out what a cookie's name may not have.
  const token = apiKey.replaceAll("+", "PL").replaceAll("/", "SL")
    .replaceAll("=", "EQ");
  const prefix = `ph_${token}_posthog=`;
  for (const pair of header.split(";")) {
    const cookie = pair.trim();
    if (cookie.startsWith(prefix) && cookie.length <= MAX_COOKIE_LENGTH) {
      const stored = parseJson(
        attempt(() => decodeURIComponent(cookie.slice(prefix.length))),
      );
      if (isRecord(stored)) return readStored(stored, clock.now());
    }
  }
  return {};
}

function readStored(
  stored: Readonly<Record<string, unknown>>,
  now: number,
): CookieIdentity {
  const session = stored["$sesid"];
  const [active, sessionId, start] = Array.isArray(session) ? session : [];
  const isWithin = (moment: unknown, limitMs: number) =>
    // Either way: the browser's clock may be ahead.
    isFiniteNumber(moment) && Math.abs(now - moment) <= limitMs;
  return {
    distinctId: stored["$user_state"] === "identified"
      ? sanitise(stored["distinct_id"])
      : undefined,
    sessionId: isWithin(active, MAX_IDLE_MS) && isWithin(start, MAX_SESSION_MS)
      ? sanitise(sessionId)
      : undefined,
  };
}
