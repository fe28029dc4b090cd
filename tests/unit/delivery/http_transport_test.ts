import { assert, assertEquals, assertRejects } from "@std/assert";
import type { LogicalRequest } from "../../../src/core/delivery.ts";
import type {
  HttpAnswer,
  HttpOutcome,
  HttpRequest,
} from "../../../src/delivery/http.ts";
import {
  createHttpSend,
  interpretAnswer,
} from "../../../src/delivery/transport.ts";
import {
  createV0Wire,
  type Wire,
  writeBody,
} from "../../../src/delivery/wire.ts";
import { createV1Wire } from "../../../src/delivery/wire_v1.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import { createItem, createStoreBench } from "./_store.ts";

const ITEM = { ...createItem("u1"), text: "{}", bytes: 2 };
const REQUEST: LogicalRequest = { id: "r1", attempt: 1, createdAt: 0 };

const { store: { deps: DEPS } } = createStoreBench();
const OPTIONS = DEPS.options;
const V0 = createV0Wire(OPTIONS);
const V1 = createV1Wire({ ...OPTIONS, historicalMigration: true });

/** Sends over a door that answers as it is told: "ok" once nothing is left to say. */
function createSend(answers: HttpOutcome[]) {
  const sent: HttpRequest[] = [];
  const lines: string[] = [];
  const warnings: string[] = [];
  const send = createHttpSend({
    ...DEPS,
    door: {
      send(request) {
        sent.push(request);
        return Promise.resolve(answers.shift() ?? answer(200));
      },
    },
    clock: createFakeClock(),
    reporter: {
      ...DEPS.reporter,
      debug: (line) => void lines.push(String(line)),
      warn: (line) => void warnings.push(line),
    },
  });
  const attempt = async () => {
    const judge = await send([ITEM], REQUEST, new AbortController().signal);
    return judge(ITEM.uuid);
  };
  const encodings = () =>
    sent.map(({ headers }) => headers?.["Content-Encoding"]);
  return { attempt, encodings, lines, sent, warnings };
}

function answer(
  status: number,
  headers: Record<string, string> = {},
): HttpAnswer {
  const kind = status >= 200 && status < 300 ? "ok" : "status";
  return { kind, status, headers: new Headers(headers), text: "why" };
}

const interpret = (given: HttpAnswer, wire: Wire = V0) =>
  interpretAnswer(given, wire, 0)("u1");

for (const status of [200, 204]) {
  Deno.test(`interpretAnswer() counts ${status} as delivered`, () => {
    assertEquals(interpret(answer(status)), { kind: "delivered" });
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
  ["", undefined],
  [undefined, undefined],
];
for (const [text, details] of BODIES) {
  Deno.test(`interpretAnswer() counts 200 with ${text} as delivered (CAP-147)`, () => {
    const reason = { code: "quota_limited" as const, status: 200, details };
    const outcome = interpret({ ...answer(200), text });
    assertEquals<unknown>(outcome, {
      kind: "delivered",
      ...(details !== undefined && { reason }),
    });
  });
}

for (const status of [400, 401, 402, 403, 404, 415]) {
  Deno.test(`interpretAnswer() drops on ${status} (CAP-144)`, () => {
    const reason = { code: "http" as const, status, details: "why" };
    assertEquals(interpret(answer(status)), { kind: "dropped", reason });
  });
}

Deno.test("interpretAnswer() cuts the server's words for a refusal (CAP-184)", () => {
  const text = "x".repeat(600);
  for (const wire of [V0, V1]) {
    const { reason } = interpret({ ...answer(400), text }, wire);
    assertEquals(reason?.details, "x".repeat(512));
  }
});

for (const text of ["", undefined]) {
  Deno.test(`interpretAnswer() finds no words in ${JSON.stringify(text)} (CAP-184)`, () => {
    for (const wire of [V0, V1]) {
      assertEquals(interpret({ ...answer(400), text }, wire), {
        kind: "dropped",
        reason: { code: "http", status: 400 },
      });
    }
  });
}

for (const status of [0, 301, 302, 307]) {
  Deno.test(`interpretAnswer() drops on the redirect ${status} (CAP-145)`, () => {
    const { kind, reason } = interpret(answer(status));
    assertEquals([kind, reason?.code], ["dropped", "redirect"]);
  });
}

for (const status of [408, 413, 429, 500, 502, 503, 504, 520]) {
  Deno.test(`interpretAnswer() tries again on ${status} (CAP-146)`, () => {
    const verdict = interpret(answer(status, { "retry-after": "3" }));
    assert(verdict.kind === "retry");
    assertEquals([verdict.reason.status, verdict.afterMs], [status, 3000]);
  });
}

Deno.test("an attempt without an answer rejects with the door's words for it, to be tried again (CAP-146)", async () => {
  const cause = new Error("reset");
  const { attempt } = createSend([{ kind: "network", cause }]);
  assertEquals(await assertRejects(attempt), cause);
});

for (const kind of ["timeout", "aborted"] as const) {
  Deno.test(`an attempt that the door ended by ${kind} says nothing of its events (CAP-146)`, async () => {
    await assertRejects(createSend([{ kind }]).attempt, Error, "cut short");
  });
}

Deno.test("a batch that can't be compressed goes out as it is, with a debug line (CAP-253)", async () => {
  const { attempt, encodings, lines } = createSend([]);
  const original = globalThis.CompressionStream;
  Object.assign(globalThis, {
    CompressionStream: () => {
      throw new TypeError("no");
    },
  });
  try {
    await attempt();
  } finally {
    globalThis.CompressionStream = original;
  }
  await attempt();
  assertEquals([encodings(), lines.length], [[undefined, "gzip"], 1]);
});

const REFUSALS_OF_ENCODING: readonly (readonly [
  status: number,
  text: string | undefined,
])[] = [
  [415, undefined],
  [415, "no"],
  [400, "Unsupported Content-ENCODING"],
  [400, "not in GZIP format"],
  [400, "can't deal with compressed bodies"],
];
for (const [status, text] of REFUSALS_OF_ENCODING) {
  Deno.test(`a compressed body that is answered ${status} '${text}' goes out plain at once, in the same attempt, and so do all after it (FLD-008)`, async () => {
    const { attempt, encodings, sent, warnings } = createSend([
      { ...answer(status), text },
    ]);
    assertEquals((await attempt()).kind, "delivered");
    assertEquals(encodings(), ["gzip", undefined]);
    const [first, second] = sent;
    const { "Content-Encoding": encoding, ...rest } = first?.headers ?? {};
    assertEquals([encoding, second?.headers], ["gzip", rest]);
    assertEquals(
      new TextDecoder().decode(second?.body),
      writeBody(V0.frame(REQUEST, createFakeClock().now()).body, [ITEM]),
    );
    await attempt();
    assertEquals(encodings(), ["gzip", undefined, undefined]);
    assertEquals(warnings.length, 1);
  });
}

Deno.test("attempts that are refused for their encoding side by side warn once (FLD-008)", async () => {
  const { attempt, encodings, warnings } = createSend([
    answer(415),
    answer(415),
  ]);
  const kinds = (await Promise.all([attempt(), attempt()]))
    .map(({ kind }) => kind);
  assertEquals(kinds, ["delivered", "delivered"]);
  assertEquals(encodings(), ["gzip", "gzip", undefined, undefined]);
  assertEquals(warnings.length, 1);
});

for (const status of [415, 400, 503]) {
  Deno.test(`compression stays on where the plain body is answered ${status}, which counts (FLD-008)`, async () => {
    const { attempt, encodings, warnings } = createSend([
      answer(415),
      answer(status),
    ]);
    assertEquals((await attempt()).reason?.status, status);
    await attempt();
    assertEquals([encodings(), warnings], [["gzip", undefined, "gzip"], []]);
  });
}

Deno.test("compression stays on where a web page answers the plain body (FLD-008, FLD-009)", async () => {
  const { attempt, encodings, warnings } = createSend([
    answer(415),
    { ...answer(200), text: "<html>" },
  ]);
  assertEquals((await attempt()).kind, "retry");
  await attempt();
  assertEquals([encodings(), warnings], [["gzip", undefined, "gzip"], []]);
});

Deno.test("a 400 that speaks of something else, and a 415 to a plain body, are final (FLD-008, CAP-144)", async () => {
  const { attempt, encodings } = createSend([
    answer(400),
    answer(415),
    answer(200),
    { ...answer(400), text: "bad encoding" },
  ]);
  assertEquals((await attempt()).kind, "dropped");
  await attempt();
  assertEquals((await attempt()).kind, "dropped");
  assertEquals(encodings(), ["gzip", "gzip", undefined, undefined]);
});

for (
  const text of [
    "<html>",
    "<!DOCTYPE html>",
    " \r\n\t<?xml?>",
    "\ufeff<p>",
    "<",
  ]
) {
  Deno.test(`a success that begins as ${JSON.stringify(text)} took nothing, in no protocol (FLD-009)`, () => {
    for (const wire of [V0, V1]) {
      assertEquals(interpret({ ...answer(200), text }, wire), {
        kind: "retry",
        reason: { code: "unparseable", status: 200 },
      });
    }
  });
}

Deno.test("a success that is merely unreadable, or has a '<' inside, is a delivery (FLD-009)", () => {
  for (const text of ['{"a":"<html>"}', "ok <p>", "{", '"<"']) {
    assertEquals(interpret({ ...answer(200), text }).kind, "delivered");
  }
});

for (const historicalMigration of [false, true]) {
  Deno.test(`the v0 wire wraps events that are text already, historicalMigration ${historicalMigration} (CAP-141)`, () => {
    const wire = createV0Wire({
      ...OPTIONS,
      apiKey: 'phc_"x"',
      historicalMigration,
    });
    const { headers, body } = wire.frame(REQUEST, 2000);
    const text = writeBody(
      body,
      ['{"a":1}', '{"b":2}'].map((text) => ({ text })),
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
  const { headers, body: frame } = V1.frame(request, 2000);
  assertEquals(headers, {
    "Authorization": "Bearer phc_x",
    "PostHog-Sdk-Info": "edgehog/0.1.0",
    "PostHog-Attempt": "3",
    "PostHog-Request-Id": "r1",
    "PostHog-Request-Timestamp": "1970-01-01T00:00:02.000Z",
  });
  const body = JSON.parse(writeBody(frame, [ITEM]));
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

for (const status of [404, 408, 429, 500, 502, 503, 504, 520]) {
  Deno.test(`the v1 wire leaves ${status} to be tried again (CAP-183, UPS-013)`, () => {
    assertEquals(interpret(answer(status), V1).kind, "retry");
  });
}

for (const status of [400, 401, 402, 403, 405, 415]) {
  Deno.test(`the v1 wire gives a batch up on ${status}, with the server's words (CAP-184)`, () => {
    const text = '{"error":"code","error_description":"words"}';
    const { kind, reason } = interpret({ ...answer(status), text }, V1);
    assertEquals([kind, reason?.code, reason?.details], [
      "dropped",
      "http",
      "words",
    ]);
  });
}
