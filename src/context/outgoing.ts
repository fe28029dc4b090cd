import type { EventContext } from "../core/event.ts";
import { isNonBlank, isObject, readList, setOwn } from "../core/guards.ts";
import {
  DISTINCT_ID_HEADER,
  sanitise,
  SESSION_ID_HEADER,
  WINDOW_ID_HEADER,
} from "./headers.ts";

type Fetch = typeof globalThis.fetch;
type FetchArguments = Parameters<Fetch>;

/** The headers that tell another service who asks: those for which there is a value that a header can hold. */
export function buildTracingHeaders(
  { distinctId, sessionId }: EventContext,
): Record<string, string> {
  const headers: Record<string, string> = {};
  const add = (name: string, id: string | undefined) => {
    // As the receiving side would read it, so that no id is too long for a server's headers.
    const value = sanitise(id);
    if (!value) return;
    try {
      new Headers().set(name, value);
      headers[name] = value;
    } catch {
      // Asked of the runtime: workerd takes any letter, others those of Latin-1 only.
    }
  };
  add(DISTINCT_ID_HEADER, distinctId);
  add(SESSION_ID_HEADER, sessionId);
  return headers;
}

/**
 * A fetch that is the given one in everything but the tracing headers, which requests to these hostnames get. They are
 * asked for at each call.
 */
export function createTracingFetch(
  fetch: Fetch,
  hostnames: unknown,
  getHeaders: () => Record<string, string>,
): Fetch {
  const allowed = (readList(hostnames) ?? []).filter(isNonBlank)
    .map((name) => name.trim().toLowerCase());
  return new Proxy(fetch, {
    // Without `this`: a runtime's own fetch refuses to be a method of anything else.
    apply: (_fetch, _this, given: FetchArguments) =>
      fetch(...addHeaders(given, allowed, getHeaders)),
  });
}

/** What to call fetch with instead: just what was given for other hosts, and where that can't be understood. */
function addHeaders(
  given: FetchArguments,
  allowed: readonly string[],
  getHeaders: () => Record<string, string>,
): FetchArguments {
  try {
    const [input, init] = given;
    // A text and a URL have neither.
    const { url, headers: own } = input as Partial<Request>;
    const { hostname } = new URL(url ?? String(input));
    if (!allowed.includes(hostname) || !isObject(init ?? {})) return given;
    if (url && !init) {
      // Not `{ headers }` beside it: an init, whatever it says, resets the referrer.
      const copy = new Request(input);
      replaceHeaders(copy.headers, getHeaders());
      return [copy];
    }
    const { headers = own } = init ?? {};
    const replaced = new Headers(headers);
    replaceHeaders(replaced, getHeaders());
    return [input, copyInit(init, replaced)];
  } catch {
    // A relative URL, a used body, an init that is none: fetch itself says what is wrong.
    return given;
  }
}

/** What the scope knows stands; what a request that is passed on says of another visitor or session does not. */
function replaceHeaders(
  headers: Headers,
  current: Readonly<Record<string, string>>,
): void {
  // A window is one of its session.
  if (headers.get(SESSION_ID_HEADER) !== (current[SESSION_ID_HEADER] ?? null)) {
    headers.delete(WINDOW_ID_HEADER);
  }
  headers.delete(DISTINCT_ID_HEADER);
  headers.delete(SESSION_ID_HEADER);
  for (const [name, value] of Object.entries(current)) headers.set(name, value);
}

/** Every member there is: a spread would lose those that are inherited or not enumerable, and those of a `Request`. */
function copyInit(
  init: RequestInit | undefined,
  headers: Headers,
): RequestInit {
  const copy: RequestInit = { headers };
  let owner: unknown = init;
  while (isObject(owner) && owner !== Object.prototype) {
    for (const key of Reflect.ownKeys(owner)) {
      if (!Object.hasOwn(copy, key)) {
        setOwn(copy, key, init?.[key as keyof RequestInit]);
      }
    }
    owner = Object.getPrototypeOf(owner);
  }
  return copy;
}
