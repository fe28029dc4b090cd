import { assert, assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import { createRequestContext } from "../../../src/context/request_context.ts";
import { setTraceContext } from "../../../src/context/trace_context.ts";

const SPAN = { traceId: "a".repeat(32), spanId: "b".repeat(16) };

Deno.test("setTraceContext() marks a scope, and those made of it later (ERR-095)", () => {
  const context = createRequestContext(undefined, {}, {
    projectToken: "phc_test",
    now: () => 0,
  });
  context.setSpan(SPAN);
  context.set({ distinctId: "user-1" });
  const child = context.createChild({});
  const fresh = context.createChild({}, { fresh: true });
  context.setSpan(undefined);
  assertEquals(
    [context, child, fresh].map(({ current }) => current().traceContext),
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
    setTraceContext(posthog, { traceId, spanId });
    setTraceContext({}, undefined);
    const [slot] = Object.getOwnPropertySymbols(hog).filter((symbol) =>
      symbol.description === "edgehog.traceContext"
    );
    assert(slot, "a slot");
    const given: unknown[] = [];
    const scope = { ...hog, [slot]: (span: unknown) => given.push(span) };
    setTraceContext(scope, SPAN);
    setTraceContext(scope, { traceId, spanId });
    assertEquals(given, [SPAN, undefined]);
  });
}
