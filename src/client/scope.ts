import { createRequestContext } from "../context/request_context.ts";
import { isRecord } from "../core/guards.ts";
import type { ExecutionContextLike, RequestLike } from "../core/platform.ts";
import { createScopeQueue } from "../transport/scope_queue.ts";
import { guardMethods } from "./boundary.ts";
import { createFlush } from "./flush.ts";
import { createKeepAlive, findWaitUntil } from "./keep_alive.ts";
import { createMethods } from "./methods.ts";
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
  const context = createRequestContext(request, given);
  const keepAlive = createKeepAlive(waitUntil, reporter);
  const hasOwnQueue = waitUntil !== undefined && !options.testMode;
  const queue = hasOwnQueue
    ? createScopeQueue({ ...parts.scopeQueueDeps, keepAlive })
    : clientQueue;
  const methods = createMethods(parts, {
    queue,
    keepAlive,
    context: context.current,
  });
  const scopeMethods = guardMethods({
    setContext: context.set,
    flush: createFlush(parts, queue),
  }, reporter);
  return Object.freeze({
    ...methods,
    ...scopeMethods,
    get distinctId() {
      return context.current().distinctId;
    },
    get sessionId() {
      return context.current().sessionId;
    },
    get properties() {
      return context.current().properties;
    },
  });
}
