import { assertEquals } from "@std/assert";
import type { QueuedEvent } from "../../../src/core/delivery.ts";
import type { HttpAnswer, HttpOutcome } from "../../../src/transport/http.ts";
import { interpretBatchOutcome } from "../../../src/transport/http_transport.ts";

const EVENT: QueuedEvent = {
  uuid: "u1",
  event: "paid",
  lane: "analytics",
  text: "{}",
  bytes: 2,
  request: { id: "r1", attempt: 1, createdAt: 0 },
};

function answer(
  status: number,
  headers: Record<string, string> = {},
): HttpAnswer {
  const kind = status >= 200 && status < 300 ? "ok" : "status";
  return { kind, status, headers: new Headers(headers), text: "why" };
}

const interpret = (outcome: HttpOutcome) =>
  interpretBatchOutcome(outcome, [EVENT], 0)[0];

for (const status of [200, 204]) {
  Deno.test(`interpretBatchOutcome() counts ${status} as delivered`, () => {
    assertEquals(interpret(answer(status)), { kind: "delivered", uuid: "u1" });
  });
}

const BODIES: readonly [text: string | undefined, details: string | undefined][] =
  [
    ['{"status":"Ok","quota_limited":["events","recordings"]}', "events, recordings"],
    ['{"quota_limited":[]}', undefined],
    ['{"quota_limited":"events"}', undefined],
    ['{"quota_limited":[5]}', undefined],
    ["[]", undefined],
    ["null", undefined],
    ["<html>", undefined],
    ["", undefined],
    [undefined, undefined],
  ];
for (const [text, details] of BODIES) {
  Deno.test(`interpretBatchOutcome() counts 200 with ${text} as delivered (CAP-147)`, () => {
    const reason = { code: "quota_limited" as const, status: 200, details };
    const outcome = interpret({ ...answer(200), text });
    assertEquals<unknown>(outcome, {
      kind: "delivered",
      uuid: "u1",
      ...(details !== undefined && { reason }),
    });
  });
}

for (const status of [400, 401, 402, 403, 404, 415]) {
  Deno.test(`interpretBatchOutcome() drops on ${status} (CAP-144)`, () => {
    const reason = { code: "http" as const, status, details: "why" };
    assertEquals(interpret(answer(status)), {
      kind: "dropped",
      uuid: "u1",
      reason,
    });
  });
}

for (const status of [0, 301, 302, 307]) {
  Deno.test(`interpretBatchOutcome() drops on the redirect ${status} (CAP-145)`, () => {
    const outcome = interpret(answer(status));
    assertEquals([
      outcome?.kind,
      outcome?.kind === "dropped" && outcome.reason.code,
    ], ["dropped", "redirect"]);
  });
}

for (const status of [408, 413, 429, 500, 502, 503, 504, 520]) {
  Deno.test(`interpretBatchOutcome() tries again on ${status} (CAP-146)`, () => {
    const outcome = interpret(answer(status, { "retry-after": "3" }));
    assertEquals(
      [outcome?.kind, outcome?.kind === "retry" && outcome.afterMs],
      ["retry", 3000],
    );
  });
}

Deno.test("interpretBatchOutcome() tries again when there was no answer (CAP-146)", () => {
  const outcomes: HttpOutcome[] = [{
    kind: "network",
    cause: new Error("reset"),
  }, { kind: "timeout" }];
  const codes = outcomes.map((outcome) => {
    const result = interpret(outcome);
    return result?.kind === "retry" && result.reason.code;
  });
  assertEquals(codes, ["network", "timeout"]);
});
