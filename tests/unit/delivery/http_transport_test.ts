import { assertEquals, assertRejects } from "@std/assert";
import type { QueuedEvent } from "../../../src/core/delivery.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import type {
  HttpAnswer,
  HttpOutcome,
  HttpRequest,
} from "../../../src/delivery/http.ts";
import {
  createHttpTransport,
  interpretAnswer,
} from "../../../src/delivery/http_transport.ts";
import { createV0Wire } from "../../../src/delivery/wire_v0.ts";
import { createV1Wire } from "../../../src/delivery/wire_v1.ts";

const EVENT: QueuedEvent = {
  uuid: "u1",
  event: "paid",
  lane: "analytics",
  text: "{}",
  bytes: 2,
  request: { id: "r1", attempt: 1, createdAt: 0 },
};

const URL = "https://host.example/batch/";
const OPTIONS = { apiKey: "phc_x", historicalMigration: false };
const V0 = createV0Wire(URL, OPTIONS, "gzip");
const V1 = createV1Wire(URL, { ...OPTIONS, historicalMigration: true }, "gzip");

function createTransport(outcome: HttpOutcome) {
  return createHttpTransport(
    { send: () => Promise.resolve(outcome) },
    createFakeClock(),
    { debug() {} },
    { analytics: V0, ai: V0 },
  );
}

function answer(
  status: number,
  headers: Record<string, string> = {},
): HttpAnswer {
  const kind = status >= 200 && status < 300 ? "ok" : "status";
  return { kind, status, headers: new Headers(headers), text: "why" };
}

const interpret = (outcome: HttpAnswer) =>
  interpretAnswer(outcome, [EVENT], V0, 0)[0];

for (const status of [200, 204]) {
  Deno.test(`interpretAnswer() counts ${status} as delivered`, () => {
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
  Deno.test(`interpretAnswer() counts 200 with ${text} as delivered (CAP-147)`, () => {
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
  Deno.test(`interpretAnswer() drops on ${status} (CAP-144)`, () => {
    const reason = { code: "http" as const, status, details: "why" };
    assertEquals(interpret(answer(status)), {
      kind: "dropped",
      uuid: "u1",
      reason,
    });
  });
}

Deno.test("interpretAnswer() cuts the server's words for a refusal (CAP-184)", () => {
  const text = "x".repeat(600);
  for (const wire of [V0, V1]) {
    const [outcome] = interpretAnswer(
      { ...answer(400), text },
      [EVENT],
      wire,
      0,
    );
    assertEquals(
      outcome?.kind === "dropped" && outcome.reason.details,
      "x".repeat(512),
    );
  }
});

for (const text of ["", undefined]) {
  Deno.test(`interpretAnswer() finds no words in ${JSON.stringify(text)} (CAP-184)`, () => {
    for (const wire of [V0, V1]) {
      const [outcome] = interpretAnswer(
        { ...answer(400), text },
        [EVENT],
        wire,
        0,
      );
      assertEquals<unknown>(outcome, {
        kind: "dropped",
        uuid: "u1",
        reason: { code: "http", status: 400 },
      });
    }
  });
}

for (const status of [0, 301, 302, 307]) {
  Deno.test(`interpretAnswer() drops on the redirect ${status} (CAP-145)`, () => {
    const outcome = interpret(answer(status));
    assertEquals([
      outcome?.kind,
      outcome?.kind === "dropped" && outcome.reason.code,
    ], ["dropped", "redirect"]);
  });
}

for (const status of [408, 413, 429, 500, 502, 503, 504, 520]) {
  Deno.test(`interpretAnswer() tries again on ${status} (CAP-146)`, () => {
    const outcome = interpret(answer(status, { "retry-after": "3" }));
    assertEquals(
      [outcome?.kind, outcome?.kind === "retry" && outcome.afterMs],
      ["retry", 3000],
    );
  });
}

Deno.test("an attempt without an answer rejects with the door's words for it, to be tried again (CAP-146)", async () => {
  const cause = new Error("reset");
  const transport = createTransport({ kind: "network", cause });
  const { signal } = new AbortController();
  assertEquals(
    await assertRejects(() => transport.send([EVENT], signal)),
    cause,
  );
});

for (const kind of ["timeout", "aborted"] as const) {
  Deno.test(`an attempt that the door ended by ${kind} says nothing of its events (CAP-146)`, async () => {
    const { signal } = new AbortController();
    assertEquals(await createTransport({ kind }).send([EVENT], signal), []);
  });
}

Deno.test("a batch that can't be compressed goes out as it is, with a debug line (CAP-253)", async () => {
  const sent: HttpRequest[] = [];
  const lines: string[] = [];
  const door = {
    send(request: HttpRequest) {
      sent.push(request);
      return Promise.resolve(answer(200));
    },
  };
  const transport = createHttpTransport(
    door,
    createFakeClock(),
    { debug: (line) => void lines.push(line) },
    { analytics: V0, ai: V0 },
  );
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

for (const historicalMigration of [false, true]) {
  Deno.test(`the v0 wire wraps events that are text already, historicalMigration ${historicalMigration} (CAP-141)`, () => {
    const wire = createV0Wire(
      URL,
      { apiKey: 'phc_"x"', historicalMigration },
      "gzip",
    );
    const { headers, text } = wire.build(
      ['{"a":1}', '{"b":2}'].map((text) => ({ ...EVENT, text })),
      2000,
    );
    assertEquals(headers, {});
    assertEquals(JSON.parse(text), {
      api_key: 'phc_"x"',
      sent_at: "1970-01-01T00:00:02.000Z",
      ...(historicalMigration && { historical_migration: true }),
      batch: [{ a: 1 }, { b: 2 }],
    });
  });
}

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
    const [outcome] = interpretAnswer(answer(status), [EVENT], V1, 0);
    assertEquals(outcome?.kind, "retry");
  });
}

for (const status of [400, 401, 402, 403, 415]) {
  Deno.test(`the v1 wire gives a batch up on ${status}, with the server's words (CAP-184)`, () => {
    const text = '{"error":"code","error_description":"words"}';
    const [outcome] = interpretAnswer(
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
