import { assertEquals } from "@std/assert";
import type { QueuedEvent } from "../../../src/core/delivery.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import { buildEndpoints } from "../../../src/transport/endpoints.ts";
import type {
  HttpAnswer,
  HttpOutcome,
  HttpRequest,
} from "../../../src/transport/http.ts";
import {
  createHttpTransport,
  interpretBatchOutcome,
} from "../../../src/transport/http_transport.ts";

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

const BODIES: readonly [
  text: string | undefined,
  details: string | undefined,
][] = [
  [
    '{"status":"Ok","quota_limited":["events","recordings"]}',
    "events, recordings",
  ],
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

Deno.test("a batch that can't be compressed goes out as it is, with a debug line (CAP-253)", async () => {
  const sent: HttpRequest[] = [];
  const lines: string[] = [];
  const transport = createHttpTransport({
    door: {
      send(request) {
        sent.push(request);
        return Promise.resolve(answer(200));
      },
    },
    endpoints: buildEndpoints("https://host.example", "phc_x"),
    apiKey: "phc_x",
    clock: createFakeClock(),
    isCompressed: true,
    historicalMigration: false,
    debug: (line) => void lines.push(line),
  });
  const original = globalThis.CompressionStream;
  Object.assign(globalThis, {
    CompressionStream: () => {
      throw new TypeError("no");
    },
  });
  try {
    await transport.send([EVENT], new AbortController().signal);
  } finally {
    globalThis.CompressionStream = original;
  }
  await transport.send([EVENT], new AbortController().signal);
  const encodings = sent.map(({ headers }) => headers?.["Content-Encoding"]);
  assertEquals([encodings, lines.length], [[undefined, "gzip"], 1]);
});
