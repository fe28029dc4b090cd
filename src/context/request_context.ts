import type { EventContext } from "../core/event.ts";
import { isRecord } from "../core/guards.ts";
import { type JsonObject, toJsonObject } from "../core/json.ts";
import type { RequestLike } from "../core/platform.ts";
import { readHeader, sanitise, TRACING_HEADERS } from "./headers.ts";
import { readRequestProperties } from "./request_properties.ts";

/** What the application says about a request. */
export interface RequestContextInit {
  /** The application's authenticated user; wins over the tracing header. */
  readonly distinctId?: string | undefined;
  /** The session; wins over the tracing header. */
  readonly sessionId?: string | undefined;
  /** Properties of every event of the scope. */
  readonly properties?: Record<string, unknown> | undefined;
  /** Reads `X-POSTHOG-DISTINCT-ID` and `X-POSTHOG-SESSION-ID`. Hints, never authentication. @default true */
  readonly useTracingHeaders?: boolean | undefined;
  /** Adds the URL, method, path, user agent and address of the request to events. @default true */
  readonly captureRequestProperties?: boolean | undefined;
  /** Keeps the query in `$current_url`; it may carry tokens. @default false */
  readonly captureQuery?: boolean | undefined;
  /** The visitor's address, when the application knows it; false sends none. */
  readonly ip?: string | false | undefined;
  /** Headers to take the visitor's address from, in order. @default ["cf-connecting-ip"] */
  readonly ipHeaders?: readonly string[] | undefined;
}

/** What can be changed about a scope later. */
export interface ContextData {
  /** Whom later events are about. */
  readonly distinctId?: string | undefined;
  /** The session of later events. */
  readonly sessionId?: string | undefined;
  /** Properties of later events, merged over those at hand. */
  readonly properties?: Record<string, unknown> | undefined;
}

/** A request's identity and properties. It holds no request and reads no body. */
export interface RequestContext {
  /** The context as it is now. */
  current(): EventContext;
  /** Changes it for what is captured later. */
  set(data: ContextData): void;
}

/** Creates the context of a request; the properties are read once, at the first event. */
export function createRequestContext(
  request: RequestLike | undefined,
  init: RequestContextInit,
): RequestContext {
  const header = (name: string) =>
    request && init.useTracingHeaders !== false
      ? sanitise(readHeader(request, name))
      : undefined;
  let distinctId = toIdentity(init.distinctId) ??
    header(TRACING_HEADERS.distinctId);
  let sessionId = toIdentity(init.sessionId) ??
    header(TRACING_HEADERS.sessionId);
  let scopeProperties = toJsonObject(init.properties);
  let requestProperties: JsonObject | undefined;
  // Read now, while a getter that throws can be laid at the door of the call that passed it.
  const {
    captureRequestProperties,
    captureQuery = false,
    ip,
    ipHeaders = ["cf-connecting-ip"],
  } = init;

  const readOnce = (): JsonObject => {
    if (!request || captureRequestProperties === false) return {};
    return requestProperties ??= readRequestProperties(request, {
      captureQuery,
      ip,
      ipHeaders,
    });
  };
  return {
    current: () => ({
      distinctId,
      sessionId,
      properties: { ...readOnce(), ...scopeProperties },
    }),
    set(data) {
      const given: ContextData = isRecord(data) ? data : {};
      distinctId = toIdentity(given.distinctId) ?? distinctId;
      sessionId = toIdentity(given.sessionId) ?? sessionId;
      scopeProperties = {
        ...scopeProperties,
        ...toJsonObject(given.properties),
      };
    },
  };
}

/** The application's own value: not sanitised, since it is trusted; numbers become text. */
function toIdentity(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "bigint") {
    return String(value);
  }
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}
