import type { TraceContext } from "../core/event.ts";

/**
 * A scope's slot for its active span: a symbol, so that it is no part of the public interface.
 *
 * @experimental
 */
export const TRACE_CONTEXT: unique symbol = Symbol.for(
  "edgehog.traceContext",
);

const TRACE_ID = /^(?!0+$)[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0+$)[0-9a-f]{16}$/;

/**
 * Says which span is active on a scope: what it captures later can carry its ids, and so can scopes made of it later.
 * Ids that are none of W3C Trace Context, and undefined, leave it without a span. Anything but a scope is left alone.
 *
 * @experimental
 */
export function setTraceContext(
  scope: object,
  span: TraceContext | undefined,
): void {
  const set: unknown = Reflect.get(scope, TRACE_CONTEXT);
  if (typeof set !== "function") return;
  const isUsable = span !== undefined && TRACE_ID.test(span.traceId) &&
    SPAN_ID.test(span.spanId);
  set(isUsable ? { traceId: span.traceId, spanId: span.spanId } : undefined);
}
