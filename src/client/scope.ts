import {
  buildTracingHeaders,
  createTracingFetch,
} from "../context/outgoing.ts";
import {
  createRequestContext,
  type RequestContext,
} from "../context/request_context.ts";
import { TRACE_CONTEXT } from "../context/trace_context.ts";
import type { ContextData, WithContextOptions } from "../context/types.ts";
import { isRecord } from "../core/guards.ts";
import { toJsonObject } from "../core/json.ts";
import type { ExecutionContextLike, RequestLike } from "../core/platform.ts";
import { createScopeQueue } from "../transport/scope_queue.ts";
import { callBack, guardMethods } from "./boundary.ts";
import { createFlush } from "./flush.ts";
import { createKeepAlive, findWaitUntil } from "./keep_alive.ts";
import { type Caller, createMethods } from "./methods.ts";
import type { Parts } from "./parts.ts";
import type { RequestScope, RequestScopeInit } from "./types.ts";

/**
 * Creates the scope of a request. With a `waitUntil` it has a queue of its own, because a request's promises live and
 * die with that request; without any, its events go straight into the client's queue.
 */
export function createRequestScope(
  parts: Parts,
  request?: RequestLike,
  ctx?: ExecutionContextLike,
  init: RequestScopeInit = {},
): RequestScope {
  const { options, reporter, queue: clientQueue } = parts;
  const given: RequestScopeInit = isRecord(init) ? init : {};
  const own = typeof given.waitUntil === "function"
    ? given.waitUntil
    : undefined;
  const waitUntil = own ?? findWaitUntil(ctx) ?? options.waitUntil;
  const context = createRequestContext(request, given, {
    projectToken: options.apiKey,
    now: options.clock.now,
  });
  const keepAlive = createKeepAlive(waitUntil, reporter);
  const hasOwnQueue = waitUntil !== undefined && !options.testMode;
  const queue = hasOwnQueue
    ? createScopeQueue({ ...parts.scopeQueueDeps, keepAlive })
    : clientQueue;
  return createScope(parts, { queue, keepAlive }, context);
}

/** What of a scope's own methods takes arguments. */
interface ScopeMethods extends
  Pick<
    RequestScope,
    "setContext" | "tracingHeaders" | "wrapFetch" | "flush"
  > {
  createChild(data: ContextData, options?: WithContextOptions): RequestScope;
}

/** A scope over a context; those made of it deliver as it does. */
function createScope(
  parts: Parts,
  delivery: Pick<Caller, "queue" | "keepAlive">,
  context: RequestContext,
): RequestScope {
  const { reporter } = parts;
  const { current } = context;
  const getHeaders = () => buildTracingHeaders(current());
  const createFrom = (child: RequestContext) =>
    createScope(parts, delivery, child);
  const { createChild, ...scopeMethods } = guardMethods<ScopeMethods>(
    {
      setContext: context.set,
      tracingHeaders: getHeaders,
      wrapFetch: (fetch, options) =>
        createTracingFetch(fetch, options?.hostnames, getHeaders),
      flush: createFlush(parts, delivery.queue),
      createChild: (data, options) =>
        createFrom(context.createChild(data, options)),
    },
    reporter,
    { createChild: () => createFrom(context.createChild({}, { fresh: true })) },
  );
  return Object.freeze({
    ...createMethods(parts, { ...delivery, context: current }),
    ...scopeMethods,
    // Outside of the boundary: what the application's function throws is the application's.
    withContext<T>(
      data: ContextData,
      fn: (scope: RequestScope) => T,
      options?: WithContextOptions,
    ): T {
      return callBack("withContext", fn, createChild(data, options), reporter);
    },
    [TRACE_CONTEXT]: context.setSpan,
    get distinctId() {
      return current().distinctId;
    },
    get sessionId() {
      return current().sessionId;
    },
    get properties() {
      return toJsonObject(current().properties);
    },
  });
}
