import type { EventContext, TraceContext } from "../core/event.ts";
import { isRecord, toId } from "../core/guards.ts";
import { type JsonObject, toJsonObject } from "../core/json.ts";
import type { RequestLike } from "../core/platform.ts";
import {
  type CookieIdentity,
  type CookieSource,
  readPostHogCookie,
} from "./cookie.ts";
import {
  DISTINCT_ID_HEADER,
  readHeader,
  sanitise,
  SESSION_ID_HEADER,
} from "./headers.ts";
import { readRequestProperties } from "./request_properties.ts";
import type {
  ContextData,
  RequestContextInit,
  WithContextOptions,
} from "./types.ts";

/**
 * A request's identity and properties, as they are at each moment. It reads no body; what the request tells is read
 * when it is first asked for.
 */
export class RequestContext implements EventContext {
  /** The active span, if a tracer said so. */
  traceContext: TraceContext | undefined;
  #told: RequestReader | undefined;
  #distinctId: string | undefined;
  #sessionId: string | undefined;
  #properties: JsonObject | undefined;
  #merged: JsonObject | undefined;

  /** Creates the context of a request. Throws what a getter of `init` throws. */
  constructor(
    request?: RequestLike,
    init?: RequestContextInit,
    cookieSource?: CookieSource,
  ) {
    this.#told = request && new RequestReader(request, cookieSource, init);
    this.set(init);
  }

  /** Whom events are about. */
  get distinctId(): string | undefined {
    return this.#distinctId ?? this.#told?.identity.distinctId;
  }

  /** Whether the application named whom events are about. */
  get isNamed(): boolean {
    return this.#distinctId !== undefined;
  }

  /** Sent as `$session_id`. */
  get sessionId(): string | undefined {
    return this.#sessionId ?? this.#told?.identity.sessionId;
  }

  /** What the request tells, and over it what the application gave. Not to be changed. */
  get properties(): JsonObject {
    return this.#merged ??= {
      ...this.#told?.properties,
      ...this.#properties,
    };
  }

  /**
   * Changes it for what is captured later; blank ids change nothing. Copies what it keeps. Ids of the application are not
   * sanitised, since it is trusted.
   */
  set(data: unknown): void {
    const given: ContextData = isRecord(data) ? data : {};
    let sessionId = toId(given.sessionId);
    this.#distinctId = toId(given.distinctId) ?? this.#distinctId;
    if (given.properties !== undefined) {
      const properties = toJsonObject(given.properties);
      sessionId ??= toId(properties["$session_id"]);
      // There is one session: a property of the parent, or of before, does not outlive a newer id.
      if (sessionId) delete properties["$session_id"];
      this.#properties = { ...this.#properties, ...properties };
      this.#merged = undefined;
    }
    this.#sessionId = sessionId ?? this.#sessionId;
  }

  /** A context of its own that starts with this one's values, or with none, and the data over them. */
  createChild(data: unknown, options?: WithContextOptions): RequestContext {
    const child = new RequestContext();
    if (options?.fresh !== true) {
      child.#told = this.#told;
      child.#distinctId = this.#distinctId;
      child.#sessionId = this.#sessionId;
      child.#properties = this.#properties;
      child.traceContext = this.traceContext;
    }
    child.set(data);
    return child;
  }
}

/** Reads what a request tells, each part once, and lets go of it then. Never throws later. */
class RequestReader {
  #request: RequestLike;
  #identity: CookieIdentity | undefined;
  #properties: JsonObject | undefined;
  readonly #usesHeaders: boolean;
  readonly #cookieSource: CookieSource | undefined;
  readonly #options: readonly [
    keepsQuery: boolean,
    ip: unknown,
    ipHeaders: unknown,
  ];

  /** The options are read now, while a getter that throws can be laid at the door of the call that passed it. */
  constructor(
    request: RequestLike,
    cookieSource: CookieSource | undefined,
    {
      useTracingHeaders,
      readPostHogCookie: readsCookie,
      captureRequestProperties,
      captureQuery,
      ip,
      ipHeaders,
    }: RequestContextInit = {},
  ) {
    this.#request = request;
    this.#usesHeaders = useTracingHeaders !== false;
    this.#cookieSource = readsCookie === true ? cookieSource : undefined;
    this.#options = [captureQuery === true, ip, ipHeaders];
    if (captureRequestProperties === false) this.#properties = {};
    // A session goes on, or not, at the moment at which the request came.
    if (this.#cookieSource) this.#identity = this.#readIdentity();
  }

  /** What the client says about itself. */
  get identity(): CookieIdentity {
    this.#identity ??= this.#readIdentity();
    this.#letGo();
    return this.#identity;
  }

  /** URL, method, user agent and address. */
  get properties(): JsonObject {
    this.#properties ??= readRequestProperties(
      this.#request,
      ...this.#options,
    );
    this.#letGo();
    return this.#properties;
  }

  #readIdentity(): CookieIdentity {
    const request = this.#usesHeaders ? this.#request : {};
    const distinctId = sanitise(readHeader(request, DISTINCT_ID_HEADER));
    const sessionId = sanitise(readHeader(request, SESSION_ID_HEADER));
    return this.#cookieSource && !distinctId && !sessionId
      ? readPostHogCookie(this.#request, this.#cookieSource)
      : { distinctId, sessionId };
  }

  #letGo(): void {
    if (this.#identity && this.#properties) this.#request = NOTHING;
  }
}

const NOTHING: RequestLike = {};
