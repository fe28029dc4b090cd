import { assertEquals } from "@std/assert";
import type { QueuedEvent } from "../../../src/core/delivery.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import type {
  HttpAnswer,
  HttpOutcome,
  HttpRequest,
} from "../../../src/transport/http.ts";
import {
  createHttpTransport,
  interpretOutcome,
} from "../../../src/transport/http_transport.ts";
import { createV0Wire } from "../../../src/transport/wire_v0.ts";
import { createV1Wire } from "../../../src/transport/wire_v1.ts";

const EVENT: QueuedEvent = {
  uuid: "u1",
  event: "paid",
  lane: "analytics",
  text: "{}",
  bytes: 2,
  request: { id: "r1", attempt: 1, createdAt: 0 },
};

const OPTIONS = {
  url: "https://host.example/batch/",
  apiKey: "phc_x",
  historicalMigration: false,
  codec: "gzip" as const,
};
const V0 = createV0Wire(OPTIONS);
const V1 = createV1Wire({ ...OPTIONS, historicalMigration: true });

function answer(
  status: number,
  headers: Record<string, string> = {},
): HttpAnswer {
  const kind = status >= 200 && status < 300 ? "ok" : "status";
  return { kind, status, headers: new Headers(headers), text: "why" };
}

const interpret = (outcome: HttpOutcome) =>
  interpretOutcome(outcome, [EVENT], V0, 0)[0];

for (const status of [200, 204]) {
  Deno.test(`interpretOutcome() counts ${status} as delivered`, () => {
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
  Deno.test(`interpretOutcome() counts 200 with ${text} as delivered (CAP-147)`, () => {
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
  Deno.test(`interpretOutcome() drops on ${status} (CAP-144)`, () => {
    const reason = { code: "http" as const, status, details: "why" };
    assertEquals(interpret(answer(status)), {
      kind: "dropped",
      uuid: "u1",
      reason,
    });
  });
}

for (const status of [0, 301, 302, 307]) {
  Deno.test(`interpretOutcome() drops on the redirect ${status} (CAP-145)`, () => {
    const outcome = interpret(answer(status));
    assertEquals([
      outcome?.kind,
      outcome?.kind === "dropped" && outcome.reason.code,
    ], ["dropped", "redirect"]);
  });
}

for (const status of [408, 413, 429, 500, 502, 503, 504, 520]) {
  Deno.test(`interpretOutcome() tries again on ${status} (CAP-146)`, () => {
    const outcome = interpret(answer(status, { "retry-after": "3" }));
    assertEquals(
      [outcome?.kind, outcome?.kind === "retry" && outcome.afterMs],
      ["retry", 3000],
    );
  });
}

Deno.test("interpretOutcome() tries again when there was no answer (CAP-146)", () => {
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
    wires: { analytics: V0, ai: V0 },
    clock: createFakeClock(),
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

Deno.test("the v1 wire says who sends what in which attempt (CAP-161, CAP-162, CAP-164, CAP-165)", () => {
  const request = { id: "r1", attempt: 3, createdAt: 1000 };
  const { headers, text } = V1.build([{ ...EVENT, request }], 2000);
  assertEquals(headers, {
    "Authorization": "Bearer phc_x",
    "PostHog-Sdk-Info": "edgehog/0.1.0",
    "PostHog-Attempt": "3",
    "PostHog-Request-Id": "r1",
    "PostHog-Request-Timestamp": "1970-01-01T00:00:02.000Z",
  });
  const body = JSON.parse(text);
  assertEquals(Object.keys(body).sort(), [
    "batch",
    "created_at",
    "historical_migration",
  ]);
  assertEquals([body.created_at, body.historical_migration], [
    "1970-01-01T00:00:01.000Z",
    true,
  ]);
});

for (const status of [408, 429, 500, 502, 503, 504, 520]) {
  Deno.test(`the v1 wire leaves ${status} to be tried again (CAP-183)`, () => {
    const [outcome] = interpretOutcome(answer(status), [EVENT], V1, 0);
    assertEquals(outcome?.kind, "retry");
  });
}

for (const status of [400, 401, 402, 403, 415]) {
  Deno.test(`the v1 wire gives a batch up on ${status}, with the server's words (CAP-184)`, () => {
    const text = '{"error":"code","error_description":"words"}';
    const [outcome] = interpretOutcome(
      { ...answer(status), text },
      [EVENT],
      V1,
      0,
    );
    assertEquals(
      outcome?.kind === "dropped" &&
        [outcome.reason.code, outcome.reason.details],
      ["http", "words"],
    );
  });
}
