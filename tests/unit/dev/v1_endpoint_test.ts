import { assertEquals, assertStringIncludes } from "@std/assert";
import { createPostHogEmulator } from "../../../src/dev/mod.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import {
  AI_V1_PATH,
  compress,
  post,
  postBatch,
  postV1,
  uuid,
  V1_HEADERS,
  V1_PATH,
  v1Body,
  v1Event,
  wireEvent,
} from "./_requests.ts";

Deno.test("the emulator answers v1 with a result for each lowercase uuid", async () => {
  const { fetch, events } = createPostHogEmulator();
  const upper = "0197B5E0-0000-7000-8000-00000000ABCD";
  const { status, text, headers } = await postV1(
    fetch,
    v1Event(1),
    v1Event(2, { uuid: upper }),
  );
  assertEquals([status, headers.get("retry-after")], [200, null]);
  assertEquals(JSON.parse(text), {
    results: {
      [uuid(1)]: { result: "ok" },
      [upper.toLowerCase()]: { result: "ok" },
    },
  });
  assertEquals(events.map((event) => event.uuid), [uuid(1), upper]);
});

Deno.test("the emulator shows a v1 event as it would have come by v0", async () => {
  const clock = createFakeClock(5000);
  const v0 = createPostHogEmulator({ clock });
  const v1 = createPostHogEmulator({ clock });
  await postBatch(
    v0.fetch,
    wireEvent(1, {
      properties: {
        n: 1,
        $lib: "edgehog",
        $lib_version: "1.2.3",
        $session_id: "s1",
        $window_id: "w1",
        $cookieless_mode: true,
        $ignore_sent_at: false,
        $process_person_profile: false,
        $product_tour_id: "tour",
        $set: { plan: "pro" },
      },
    }),
  );
  await postV1(
    v1.fetch,
    v1Event(1, {
      properties: { n: 1, $set: { plan: "pro" } },
      session_id: "s1",
      window_id: "w1",
      options: {
        cookieless_mode: true,
        disable_skew_correction: false,
        process_person_profile: false,
        product_tour_id: "tour",
        from_the_future: 1,
      },
    }),
  );
  assertEquals(v0.events.length, 1);
  assertEquals(v1.events, v0.events);
});

Deno.test("the emulator counts arrivals over both protocols", async () => {
  const { fetch, events } = createPostHogEmulator();
  await postBatch(fetch, wireEvent(1));
  await postV1(fetch, v1Event(1));
  assertEquals(events.map(({ arrival }) => arrival), [1, 2]);
});

Deno.test("the emulator takes v1 with and without a slash, plain and compressed", async () => {
  const { fetch, events } = createPostHogEmulator();
  const text = JSON.stringify(v1Body(v1Event(1, { event: "$ai_span" })));
  const paths = [V1_PATH, AI_V1_PATH];
  for (const path of [...paths, ...paths.map((path) => `${path}/`)]) {
    const plain = await post(fetch, path, text, { headers: V1_HEADERS });
    assertEquals(plain.status, 200, path);
    for (const format of ["gzip", "deflate"] as const) {
      const headers = { ...V1_HEADERS, "content-encoding": format };
      const body = await compress(text, format);
      const { status } = await post(fetch, path, "", { headers, body });
      assertEquals(status, 200, `${path} ${format}`);
    }
  }
  const lanes = events.map(({ lane }) => lane);
  assertEquals(
    lanes,
    Array(2).fill([...Array(3).fill("analytics"), ...Array(3).fill("ai")])
      .flat(),
  );
});

const MALFORMED: readonly (readonly [header: string, value: string])[] = [
  ["user-agent", ""],
  ["posthog-sdk-info", "edgehog"],
  ["posthog-sdk-info", "edgehog/"],
  ["posthog-sdk-info", "edge hog/1.0.0"],
  ["posthog-attempt", "0"],
  ["posthog-attempt", "01"],
  ["posthog-attempt", "1.5"],
  ["posthog-attempt", "first"],
  ["posthog-request-id", "0197b5e0000070008000000000000001"],
  ["posthog-request-timestamp", "1767225600"],
  ["posthog-request-timestamp", "2026-01-01"],
  ["posthog-request-timestamp", "2026-01-01T00:00:00+02:00"],
  ["posthog-request-timestamp", "2026-13-01T00:00:00Z"],
];

for (const [name, value] of MALFORMED) {
  Deno.test(`the emulator refuses v1: ${name} '${value}'`, async () => {
    await assertRefused({ ...V1_HEADERS, [name]: value }, 400, name);
  });
}

for (
  const [name, value] of [
    ["type", "text/plain"],
    ["type", "application/jsonl"],
    ["encoding", "lzma"],
  ]
) {
  Deno.test(`the emulator refuses v1 as unsupported: content-${name} '${value}'`, async () => {
    const headers = { ...V1_HEADERS, [`content-${name}`]: value ?? "" };
    await assertRefused(headers, 415, `content-${name}`);
  });
}

for (const name of Object.keys(V1_HEADERS)) {
  const status = name === "authorization" ? 401 : 400;
  Deno.test(`the emulator refuses v1 without ${name} by ${status} (R11)`, async () => {
    const { [name]: _, ...headers } = V1_HEADERS;
    const error = await assertRefused(headers, status, name);
    assertEquals(
      error,
      status === 401 ? "invalid_api_token" : "missing_required_headers",
    );
  });
}

Deno.test("the emulator looks for v1's Authorization before anything else (R11)", async () => {
  await assertRefused({}, 401, "authorization");
  const headers = { ...V1_HEADERS, authorization: "Basic x" };
  const error = await assertRefused(headers, 400, "authorization");
  assertEquals(error, "invalid_header_value");
});

for (const value of ["Bearer phc_other", "Bearer", "bearer phx_test"]) {
  Deno.test(`the emulator answers v1 401: ${value}`, async () => {
    const headers = { ...V1_HEADERS, authorization: value };
    await assertRefused(headers, 401, "project key");
  });
}

async function assertRefused(
  headers: Record<string, string>,
  expected: number,
  says: string,
): Promise<unknown> {
  const emulator = createPostHogEmulator({ projectToken: "phc_test" });
  // As bytes: a text would bring a Content-Type of its own.
  const body = new TextEncoder().encode(JSON.stringify(v1Body(v1Event(1))));
  const { fetch, events } = emulator;
  const { status, text } = await post(fetch, V1_PATH, "", { headers, body });
  assertEquals(status, expected);
  const answer = JSON.parse(text);
  assertEquals(typeof answer.error, "string");
  assertStringIncludes(answer.error_description.toLowerCase(), says);
  assertEquals(events, []);
  return answer.error;
}

const MAY_BE_NULL: ReadonlySet<string> = new Set(["session_id", "window_id"]);

const REFUSED_BODIES: readonly (readonly [
  name: string,
  body: unknown,
  says: string,
])[] = [
  ["no JSON", "{", "not JSON"],
  ["an array", [], "not an object"],
  ["an empty batch", v1Body(), "no event"],
  ["a batch that is an object", { ...v1Body(), batch: {} }, "not an array"],
  ...["api_key", "token", "sent_at"].map((name) =>
    [`${name} present`, { ...v1Body(v1Event(1)), [name]: "x" }, name] as const
  ),
  ...[undefined, null, 1767225600, "yesterday", "2026-01-01"].map((value) =>
    [
      `created_at ${value}`,
      { ...v1Body(v1Event(1)), created_at: value },
      "created_at",
    ] as const
  ),
  [
    "a historical_migration in words",
    { ...v1Body(v1Event(1)), historical_migration: "true" },
    "historical_migration",
  ],
  ["a text as event", v1Body(v1Event(1), "x"), "batch[1] is not"],
  [
    "a missing uuid",
    v1Body(v1Event(1), v1Event(2, { uuid: undefined })),
    "batch[1].uuid is not",
  ],
  [
    "a malformed uuid",
    v1Body(v1Event(1), v1Event(2, { uuid: "2" })),
    "batch[1].uuid is not",
  ],
  [
    "a repeated uuid",
    v1Body(v1Event(1), v1Event(1, { uuid: uuid(1).toUpperCase() })),
    "batch[1].uuid is repeated",
  ],
  ...["event", "distinct_id", "timestamp", "session_id", "window_id"].flatMap(
    (name) =>
      MAY_BE_NULL.has(name)
        ? [[name, 7]] as const
        : [[name, 7], [name, null]] as const,
  ).map(([name, value]) =>
    [
      `${value} as ${name}`,
      v1Body(v1Event(1), v1Event(2, { [name]: value })),
      `batch[1].${name}`,
    ] as const
  ),
  [
    "no options",
    v1Body(v1Event(1), v1Event(2, { options: undefined })),
    "batch[1].options",
  ],
];

for (const [name, body, says] of REFUSED_BODIES) {
  Deno.test(`the emulator refuses a v1 body as a whole: ${name}`, async () => {
    const { fetch, events } = createPostHogEmulator();
    const answered = await post(fetch, V1_PATH, body, { headers: V1_HEADERS });
    assertEquals(answered.status, 400);
    const answer = JSON.parse(answered.text);
    assertEquals(typeof answer.error, "string");
    assertStringIncludes(answer.error_description, says);
    assertEquals(events, []);
  });
}

const DROPPED: readonly (readonly [change: object, details: string])[] = [
  [{ event: " " }, "missing_event_name"],
  [{ event: undefined }, "missing_event_name"],
  [{ distinct_id: "" }, "missing_distinct_id"],
  [{ timestamp: "soon" }, "invalid_event_timestamp"],
  [{ timestamp: undefined }, "invalid_event_timestamp"],
  [{ properties: [] }, "malformed_event_properties"],
  [{ options: null }, "invalid_options"],
  [{ options: [] }, "invalid_options"],
  [{ options: { process_person_profile: "no" } }, "invalid_options"],
  [{ options: { cookieless_mode: ["true"] } }, "invalid_options"],
  [{ options: { product_tour_id: 7 } }, "invalid_options"],
  [
    { event: "$ai_span", properties: { a: "ü".repeat(491_500) } },
    "event_too_big",
  ],
];

for (const [change, details] of DROPPED) {
  Deno.test(`the emulator drops one v1 event: ${JSON.stringify(change)} is ${details}`, async () => {
    const { fetch, events } = createPostHogEmulator();
    const { status, text } = await postV1(
      fetch,
      v1Event(1, { ...change }),
      v1Event(2),
    );
    assertEquals([status, JSON.parse(text).results], [200, {
      [uuid(1)]: { result: "drop", details },
      [uuid(2)]: { result: "ok" },
    }]);
    assertEquals(events.map((event) => event.uuid), [uuid(2)]);
  });
}

Deno.test("the emulator reads v1's options as the server does, and null is none (R16)", async () => {
  const { fetch, events } = createPostHogEmulator();
  await postV1(
    fetch,
    v1Event(1, {
      session_id: null,
      window_id: null,
      options: {
        cookieless_mode: " TRUE ",
        disable_skew_correction: 0,
        process_person_profile: null,
        product_tour_id: null,
      },
    }),
  );
  const { $lib: _, $lib_version: __, ...properties } = events[0]?.properties ??
    {};
  assertEquals(properties, {
    n: 1,
    $cookieless_mode: true,
    $ignore_sent_at: false,
  });
});

Deno.test("the emulator drops what is no AI event, or too large for one, on the AI lane alone (R5)", async () => {
  const { fetch, events } = createPostHogEmulator();
  const send = async (...batch: readonly unknown[]) => {
    const { text } = await post(fetch, AI_V1_PATH, v1Body(...batch), {
      headers: V1_HEADERS,
    });
    return Object.values(JSON.parse(text).results);
  };
  const large = { event: "$ai_span", properties: { a: "x".repeat(8_388_608) } };
  assertEquals(
    await send(
      v1Event(1, { event: "note" }),
      v1Event(2, { event: "$ai_span" }),
      v1Event(3, large),
    ),
    [
      { result: "drop", details: "misrouted_event" },
      { result: "ok" },
      { result: "drop", details: "ai_event_too_big" },
    ],
  );
  assertEquals(events.map(({ uuid, lane }) => [uuid, lane]), [[uuid(2), "ai"]]);
});

Deno.test("the emulator names v1's refusals by the server's words", async () => {
  const { fetch } = createPostHogEmulator();
  const wordOf = async (body: unknown) => {
    const { text } = await post(fetch, V1_PATH, body, { headers: V1_HEADERS });
    return JSON.parse(text).error;
  };
  const twice = v1Body(v1Event(1), v1Event(1));
  const nameless = v1Body(v1Event(1, { uuid: undefined }));
  assertEquals(
    [
      await wordOf(""),
      await wordOf("{"),
      await wordOf(v1Body()),
      await wordOf(twice),
      await wordOf(nameless),
      await wordOf({ ...v1Body(v1Event(1)), batch: 1 }),
    ],
    [
      "empty_body",
      "request_parsing_error",
      "empty_batch",
      "duplicate_event_uuid",
      "missing_event_uuid",
      "request_parsing_error",
    ],
  );
});
