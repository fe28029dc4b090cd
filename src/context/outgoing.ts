import type { EventContext } from "../core/event.ts";
import { isNonBlank, isObject } from "../core/guards.ts";
import { sanitise, TRACING_HEADERS } from "./headers.ts";

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
    if (value !== undefined && isAccepted(name, value)) headers[name] = value;
  };
  add(TRACING_HEADERS.distinctId, distinctId);
  add(TRACING_HEADERS.sessionId, sessionId);
  return headers;
}

/** Asked of the runtime: workerd takes any letter, others those of Latin-1 only. */
function isAccepted(name: string, value: string): boolean {
  try {
    return new Headers([[name, value]]).has(name);
  } catch {
    return false;
  }
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
  const names: readonly unknown[] = Array.isArray(hostnames) ? hostnames : [];
  const allowed = new Set(
    names.flatMap((name) => isNonBlank(name) ? name.trim().toLowerCase() : []),
  );
  return new Proxy(fetch, {
    // Without `this`: a runtime's own fetch refuses to be a method of anything else.
    apply: (_fetch, _this, given: FetchArguments) =>
      fetch(...addHeaders(given, allowed, getHeaders)),
  });
}

/** What to call fetch with instead: just what was given for other hosts, and where that can't be understood. */
function addHeaders(
  given: FetchArguments,
  allowed: ReadonlySet<string>,
  getHeaders: () => Record<string, string>,
): FetchArguments {
  try {
    const [input, init] = given;
    const request = typeof input === "string" || input instanceof URL
      ? undefined
      : input;
    const { hostname } = new URL(request?.url ?? String(input));
    if (!allowed.has(hostname) || !isObject(init ?? {})) return given;
    if (request && !init) {
      // Not `{ headers }` beside it: an init, whatever it says, resets the referrer.
      const copy = new Request(request);
      replaceHeaders(copy.headers, getHeaders());
      return [copy];
    }
    const own = init?.headers;
    const headers = new Headers(own === undefined ? request?.headers : own);
    replaceHeaders(headers, getHeaders());
    return [input, copyInit(init, headers)];
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
  const { distinctId, sessionId, windowId } = TRACING_HEADERS;
  // A window is one of its session.
  if (headers.get(sessionId) !== (current[sessionId] ?? null)) {
    headers.delete(windowId);
  }
  headers.delete(distinctId);
  headers.delete(sessionId);
  for (const [name, value] of Object.entries(current)) headers.set(name, value);
}

/** Every member there is: a spread would lose those that are inherited or not enumerable, and those of a `Request`. */
function copyInit(init: unknown, headers: Headers): RequestInit {
  const copy: RequestInit = { headers };
  let owner = init;
  while (isObject(owner) && owner !== Object.prototype) {
    for (const key of Reflect.ownKeys(owner)) {
      if (Object.hasOwn(copy, key)) continue;
      Object.defineProperty(copy, key, {
        value: Reflect.get(Object(init), key),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    owner = Object.getPrototypeOf(owner);
  }
  return copy;
}
