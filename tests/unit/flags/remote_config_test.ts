import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import type { AnyEdgehogError } from "../../../src/core/errors.ts";
import { createHarness, type FakeAnswer, logged } from "./_helpers.ts";

/** A room whose server gives this answer to every GET. */
function createRoom(answer: FakeAnswer) {
  return createHarness({ definitions: [answer] });
}

/** What tells one error from another. */
function describe(error: AnyEdgehogError): unknown {
  switch (error.name) {
    case "RequestError":
      return [error.endpoint, error.code, error.status];
    case "ConfigError":
      return ["config", error.option];
    default:
      return error.name;
  }
}

const KEYS: readonly (readonly [key: string, encoded: string])[] = [
  ["banner", "banner"],
  ["a/b?c#d e", "a%2Fb%3Fc%23d%20e"],
  ["größe", "gr%C3%B6%C3%9Fe"],
  ["%2F", "%252F"],
  ["...", "..."],
  ["\ud800", "%EF%BF%BD"],
];

for (const [key, encoded] of KEYS) {
  Deno.test(`getRemoteConfigPayload() encodes the key ${JSON.stringify(key)} (FLG-150)`, async () => {
    const room = createRoom({ status: 200, body: "1" });
    await room.getRemoteConfigPayload(key);
    assertEquals(room.requests, [{
      method: "GET",
      url:
        `https://h.test/api/projects/@current/feature_flags/${encoded}/remote_config?token=phc_project`,
      headers: { "Authorization": "Bearer phs_secret" },
      timeoutMs: 10_000,
    }]);
  });
}

Deno.test("getRemoteConfigPayload() encodes the token (FLG-150)", async () => {
  const room = createHarness({
    definitions: [{ status: 200, body: "1" }],
    settings: { apiKey: "phc a&b=c", host: "https://h.test/ph" },
  });
  await room.getRemoteConfigPayload("k");
  assertEquals(
    room.requests[0]?.url,
    "https://h.test/ph/api/projects/@current/feature_flags/k/remote_config?token=phc%20a%26b%3Dc",
  );
});

const PAYLOADS: readonly {
  readonly name: string;
  readonly body: string;
  readonly payload: unknown;
}[] = [
  { name: "an empty body", body: "", payload: undefined },
  { name: "an object", body: '{"a":1}', payload: { a: 1 } },
  { name: "JSON in a string", body: '"{\\"a\\":[1]}"', payload: { a: [1] } },
  { name: "a string in a string", body: '"\\"on\\""', payload: "on" },
  {
    name: "JSON three deep, decoded twice",
    body: JSON.stringify(JSON.stringify('{"a":1}')),
    payload: '{"a":1}',
  },
  { name: "a text", body: '"on sale"', payload: "on sale" },
  { name: "an empty text", body: '""', payload: "" },
  { name: "a number in a string", body: '"0"', payload: 0 },
  { name: "false", body: "false", payload: false },
  { name: "false in a string", body: '"false"', payload: false },
  { name: "zero", body: "0", payload: 0 },
  { name: "null", body: "null", payload: null },
  { name: "null in a string", body: '"null"', payload: null },
];

for (const { name, body, payload } of PAYLOADS) {
  Deno.test(`getRemoteConfigPayload() gives the payload: ${name} (FLG-150)`, async () => {
    const room = createRoom({ status: 200, body });
    assertEquals(await room.getRemoteConfigPayload("banner"), payload);
    assertEquals([room.errors, logged(room, "warn")], [[], []]);
  });
}

const FAILURES: readonly {
  readonly name: string;
  readonly answer: FakeAnswer;
  readonly error: readonly [code: string, status: number];
}[] = [
  ...[302, 400, 401, 402, 403, 404, 429, 500, 502, 503, 504].map((status) => ({
    name: `a ${status} with JSON`,
    answer: { status, body: { payload: "not one" } },
    error: ["http", status] as const,
  })),
  {
    name: "a 404 without a body",
    answer: { status: 404 },
    error: ["http", 404],
  },
  {
    name: "a 200 that is no JSON",
    answer: { status: 200, body: "<html>" },
    error: ["unreadable", 200],
  },
  {
    name: "no connection",
    answer: { kind: "network" },
    error: ["network", -1],
  },
  { name: "no answer", answer: { kind: "hang" }, error: ["timeout", -1] },
];

for (const { name, answer, error } of FAILURES) {
  Deno.test(`getRemoteConfigPayload() is undefined and reports: ${name} (FLG-150, FLG-134)`, async () => {
    const room = createRoom(answer);
    const payload = room.getRemoteConfigPayload("banner");
    await room.clock.advance(10_000);
    assertEquals(await payload, undefined);
    assertEquals(room.errors.map(describe), [["remote_config", ...error]]);
    assertEquals(logged(room, "warn"), [room.errors[0]?.message]);
    assertEquals(room.requests.length, 1, "there is no retry");
  });
}

Deno.test("getRemoteConfigPayload() warns once an outage, and reports each failure (FLG-150)", async () => {
  const ok = { status: 200, body: "1" };
  const down = { status: 500 };
  const room = createHarness({ definitions: [down, down, ok, down] });
  for (let i = 0; i < 4; i++) await room.getRemoteConfigPayload("banner");
  assertEquals(room.errors.length, 3);
  assertEquals(logged(room, "warn").length, 2);
});

Deno.test("getRemoteConfigPayload() without a secret key asks nobody and says so once (FLG-150, FLG-134)", async () => {
  const room = createHarness({ settings: { secretKey: undefined } });
  const scope = room.createMethods({ isScope: true });
  assertEquals(await room.getRemoteConfigPayload("banner"), undefined);
  assertEquals(await scope.getRemoteConfigPayload("other"), undefined);
  assertEquals(room.requests, []);
  assertEquals(room.errors.map(describe), [["config", "secretKey"]]);
  assertEquals(logged(room, "warn"), [
    "Cannot get remote config: option 'secretKey' or 'personalApiKey' is missing",
  ]);
});

Deno.test("getRemoteConfigPayload() works with local evaluation off, and loads nothing", async () => {
  const room = createHarness({
    settings: { enableLocalEvaluation: false },
    definitions: [{ status: 200, body: '"hi"' }],
  });
  assertEquals(await room.getRemoteConfigPayload("banner"), "hi");
  assertEquals(room.paths(), [
    "/api/projects/@current/feature_flags/banner/remote_config",
  ]);
});

Deno.test("getRemoteConfigPayload() is one request a call and no exposure (FLG-150)", async () => {
  const room = createRoom({ status: 200, body: "1" });
  await room.getRemoteConfigPayload("banner");
  await room.getRemoteConfigPayload("banner");
  assertEquals([room.requests.length, room.drafts], [2, []]);
});

Deno.test("getRemoteConfigPayload() of a closed client is undefined and silent (FLG-150)", async () => {
  for (const secretKey of ["phs_secret", undefined]) {
    const room = createHarness({ isClosed: true, settings: { secretKey } });
    assertEquals(await room.getRemoteConfigPayload("banner"), undefined);
    assertEquals([room.requests, room.errors, logged(room, "warn")], [
      [],
      [],
      [],
    ]);
  }
});

// deno-lint-ignore no-explicit-any -- what JavaScript callers can pass
const UNUSABLE_KEYS: readonly any[] = [
  undefined,
  null,
  7,
  {},
  ["banner"],
  "",
  " ",
  // A URL resolves these away.
  ".",
  "..",
];

for (const key of UNUSABLE_KEYS) {
  Deno.test(`getRemoteConfigPayload() asks nobody for the key ${JSON.stringify(key)} (FLG-134)`, async () => {
    const room = createRoom({ status: 200, body: "1" });
    assertEquals(await room.getRemoteConfigPayload(key), undefined);
    assertEquals(room.requests, []);
    assertEquals(logged(room, "warn"), [
      "Cannot get remote config: expected the key of a flag",
    ]);
  });
}

const UNUSABLE_PROJECTS = ["", "a7", "-1", "0", 0, -1, 1.5, {}, [42], true];

for (const projectId of [42, "42", "0042"]) {
  Deno.test(`getRemoteConfigPayload() asks for the project ${JSON.stringify(projectId)} (UPS-180, R62)`, async () => {
    const room = createHarness({
      definitions: [{ status: 200, body: "1" }],
      settings: { projectId, apiKey: "phc_x" },
    });
    await room.getRemoteConfigPayload("k");
    assertEquals(room.requests.map(({ url }) => url), [
      `https://h.test/api/projects/${projectId}/feature_flags/k/remote_config?token=phc_x`,
    ]);
  });
}

for (const projectId of UNUSABLE_PROJECTS) {
  Deno.test(`a 'projectId' of ${JSON.stringify(projectId)} is refused, and the key's project asked (UPS-180)`, async () => {
    const errors: AnyEdgehogError[] = [];
    const { posthog, emulator } = createTestClient({
      projectId: projectId as number,
      personalApiKey: "phx_x",
      onError: (error) => void errors.push(error),
    });
    assertEquals(errors.map(describe), [["config", "projectId"]]);
    await posthog.getRemoteConfigPayload("k");
    assertEquals(emulator.requests.map(({ path }) => path), [
      "/api/projects/@current/feature_flags/k/remote_config",
    ]);
  });
}

Deno.test("getRemoteConfigPayload() warns once of an end of the way without 'projectId' (UPS-181, R63)", async () => {
  const headers = { "Sunset": "Fri, 30 Apr 2027 00:00:00 GMT" };
  const answers = [{ status: 200, body: "1", headers }];
  const room = createHarness({ definitions: answers });
  assertEquals(await room.getRemoteConfigPayload("k"), 1);
  assertEquals(await room.getRemoteConfigPayload("other"), 1);
  assertEquals([room.errors, logged(room, "warn")], [[], [
    "Remote config will take the option 'projectId': PostHog ends the way without it",
  ]]);
  const settings = { projectId: 42 };
  const told = createHarness({ definitions: answers, settings });
  assertEquals(await told.getRemoteConfigPayload("k"), 1);
  assertEquals(logged(told, "warn"), []);
});

for (const status of [404, 410, 403]) {
  for (const projectId of [undefined, 42]) {
    Deno.test(`the message of a ${status} with 'projectId' ${projectId} names it where it may help (UPS-181)`, async () => {
      const room = createHarness({
        definitions: [{ status }],
        settings: { projectId },
      });
      await room.getRemoteConfigPayload("k");
      assertEquals(
        room.errors.map(({ message }) => message.includes("'projectId'")),
        [status !== 403 && projectId === undefined],
      );
    });
  }
}
