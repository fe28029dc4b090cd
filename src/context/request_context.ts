import type { EventContext, TraceContext } from "../core/event.ts";
import { isRecord } from "../core/guards.ts";
import { type JsonObject, toJsonObject } from "../core/json.ts";
import type { RequestLike } from "../core/platform.ts";
import { type CookieSource, readPostHogCookie } from "./cookie.ts";
import { readHeader, sanitise, TRACING_HEADERS } from "./headers.ts";
import { readRequestProperties } from "./request_properties.ts";
import type {
  ContextData,
  RequestContextInit,
  WithContextOptions,
} from "./types.ts";

/** A request's identity and properties. It reads no body, and lets go of the request once that is read. */
export interface RequestContext {
  /** The context as it is now; it never changes, a later one takes its place. */
  current(): EventContext;
  /** Changes it for what is captured later. */
  set(data: ContextData): void;
  /** Changes the active span. */
  setSpan(span: TraceContext | undefined): void;
  /** A context of its own that starts with this one's values, or with none, and the data over them. */
  createChild(
    data: ContextData,
    options?: WithContextOptions,
  ): RequestContext;
}

/** Creates the context of a request; the properties are read once, at the first event. */
export function createRequestContext(
  request: RequestLike | undefined,
  init: RequestContextInit,
  cookieSource: CookieSource,
): RequestContext {
  const told = request ? readIdentity(request, init, cookieSource) : {};
  const base: State = {
    ...EMPTY,
    distinctId: told.distinctId,
    sessionId: told.sessionId,
    readRequest: createReader(request, init),
  };
  return createContext(extend(base, init));
}

/** What is known at one moment. */
interface State extends Omit<EventContext, "properties"> {
  /** What the application gave. */
  readonly properties: JsonObject;
  /** What the request tells, below that. */
  readonly readRequest: () => JsonObject;
}

const EMPTY: State = Object.freeze({
  distinctId: undefined,
  sessionId: undefined,
  properties: Object.freeze({}),
  readRequest: () => ({}),
});

function createContext(initial: State): RequestContext {
  let state = initial;
  let context: EventContext | undefined;
  const change = (next: State) => {
    state = next;
    context = undefined;
  };
  return {
    current: () => context ??= toEventContext(state),
    set: (data) => change(extend(state, data)),
    setSpan: (traceContext) => change({ ...state, traceContext }),
    createChild: (data, options) =>
      createContext(extend(options?.fresh === true ? EMPTY : state, data)),
  };
}

/** The layers are merged when an event asks for them: who only evaluates flags needs no properties. */
function toEventContext(
  { properties, readRequest, ...identity }: State,
): EventContext {
  let merged: JsonObject | undefined;
  return {
    ...identity,
    get properties() {
      return merged ??= { ...readRequest(), ...properties };
    },
  };
}

function extend(base: State, data: unknown): State {
  const given: ContextData = isRecord(data) ? data : {};
  const properties = toJsonObject(given.properties);
  const sessionId = toIdentity(given.sessionId) ??
    toIdentity(properties["$session_id"]);
  // There is one session: a property of the parent, or of before, does not outlive a newer id.
  if (sessionId) delete properties["$session_id"];
  return {
    ...base,
    distinctId: toIdentity(given.distinctId) ?? base.distinctId,
    sessionId: sessionId ?? base.sessionId,
    properties: { ...base.properties, ...properties },
  };
}

/** What the client says about itself. Never throws. */
function readIdentity(
  request: RequestLike,
  { useTracingHeaders, readPostHogCookie: readsCookie }: RequestContextInit,
  cookieSource: CookieSource,
): Pick<ContextData, "distinctId" | "sessionId"> {
  const read = (name: string) =>
    useTracingHeaders === false
      ? undefined
      : sanitise(readHeader(request, name));
  const distinctId = read(TRACING_HEADERS.distinctId);
  const sessionId = read(TRACING_HEADERS.sessionId);
  return readsCookie === true && !distinctId && !sessionId
    ? readPostHogCookie(request, cookieSource)
    : { distinctId, sessionId };
}

/** The options are read now, while a getter that throws can be laid at the door of the call that passed it. */
function createReader(
  request: RequestLike | undefined,
  { captureRequestProperties, captureQuery, ip, ipHeaders }: RequestContextInit,
): () => JsonObject {
  let properties: JsonObject = {};
  let unread = captureRequestProperties === false ? undefined : request;
  const options = { captureQuery: captureQuery === true, ip, ipHeaders };
  return () => {
    if (unread) properties = readRequestProperties(unread, options);
    unread = undefined;
    return properties;
  };
}

/** The application's own value: not sanitised, since it is trusted; numbers become text. */
function toIdentity(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "bigint") {
    return String(value);
  }
  return typeof value === "string" && value.trim() !== ""
    ? value.toWellFormed()
    : undefined;
}
