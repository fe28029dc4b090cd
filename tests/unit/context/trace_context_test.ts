import { assert, assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import { RequestContext } from "../../../src/context/request_context.ts";
import {
  setTraceContext,
  TRACE_CONTEXT,
} from "../../../src/context/trace_context.ts";

const SPAN = { traceId: "a".repeat(32), spanId: "b".repeat(16) };

Deno.test("setTraceContext() marks a scope, and those made of it later (ERR-095)", () => {
  const context = new RequestContext(undefined, {}, {
    apiKey: "phc_test",
    clock: { now: () => 0 },
  });
  context.traceContext = SPAN;
  context.set({ distinctId: "user-1" });
  const child = context.createChild({});
  const fresh = context.createChild({}, { fresh: true });
  context.traceContext = undefined;
  assertEquals(
    [context, child, fresh].map(({ traceContext }) => traceContext),
    [undefined, SPAN, undefined],
  );
});

for (
  const [traceId, spanId] of [
    ["A".repeat(32), "b".repeat(16)],
    ["a".repeat(31), "b".repeat(16)],
    ["a".repeat(32), "b".repeat(17)],
    ["0".repeat(32), "b".repeat(16)],
    ["a".repeat(32), "0".repeat(16)],
  ] as const
) {
  Deno.test(`setTraceContext() takes ${traceId} and ${spanId} for no span (ERR-095)`, () => {
    const { posthog } = createTestClient();
    const hog = posthog.forRequest();
    assert(TRACE_CONTEXT in hog && !(TRACE_CONTEXT in posthog), "a scope's");
    setTraceContext(posthog, { traceId, spanId });
    setTraceContext({}, undefined);
    const given: unknown[] = [];
    const scope = { [TRACE_CONTEXT]: (span: unknown) => given.push(span) };
    setTraceContext(scope, SPAN);
    setTraceContext(scope, { traceId, spanId });
    assertEquals(given, [SPAN, undefined]);
  });
}
