import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createRecordingLogger } from "../../../../src/testing/recording_logger.ts";
import { getDefinitions, postBatch, uuid, wireEvent } from "../_requests.ts";
import { createTestPage, HOST } from "./_page.ts";

/** Everything that is the page's own. */
const PATHS: readonly (readonly [method: string, path: string])[] = [
  ["GET", "/"],
  ["GET", "/emulator/page.js"],
  ["GET", "/emulator/page.css"],
  ["GET", "/emulator/icon.svg"],
  ["GET", "/events"],
  ["GET", "/emulator/changes"],
  ["GET", "/emulator/requests"],
  ["GET", "/emulator/flags"],
  ["POST", "/emulator/flags"],
  ["POST", "/emulator/evaluate"],
  ["GET", "/emulator/faults"],
  ["POST", "/emulator/faults"],
  ["DELETE", "/emulator/faults"],
  ["DELETE", "/emulator/events"],
];

Deno.test("the page runs nothing but its own script, and nobody may frame it", async () => {
  const { fetch } = createTestPage();
  const response = await fetch(HOST);
  const html = await response.text();
  const policy = response.headers.get("content-security-policy") ?? "";
  for (
    const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]
  ) assertStringIncludes(policy, rule);
  assert(!policy.includes("unsafe"));
  assertEquals(/<script(?![^>]*src=)|style=|\son\w+=/.exec(html), null);
  for (const [, path] of html.matchAll(/(?:src|href)="(\/[^"]*)"/g)) {
    const { status, headers, body } = await fetch(`${HOST}${path}`);
    await body?.cancel();
    assertEquals(
      [status, headers.get("x-content-type-options")],
      [200, "nosniff"],
      path,
    );
  }
});

Deno.test("the page's paths refuse a foreign host and a foreign origin, whatever is asked", async () => {
  const page = createTestPage({ flags: { flags: [] } });
  await postBatch(page.fetch, wireEvent(1));
  page.emulator.failNext({ status: 500 });
  const foreign: readonly (readonly [string, Record<string, string>])[] = [
    // A name of theirs that leads to this machine: DNS rebinding.
    ["http://evil.example:8010", {}],
    ["http://localhost.evil.example", {}],
    [HOST, { host: "evil.example:8010" }],
    [HOST, { host: "localhost:8010@evil.example" }],
    // A page of theirs: request forgery.
    [HOST, { origin: "https://evil.example" }],
    [HOST, { origin: "null" }],
    // Of another port of this machine.
    [HOST, { origin: "http://localhost:3000" }],
    [HOST, { "sec-fetch-site": "cross-site" }],
    [HOST, { "sec-fetch-site": "same-site" }],
  ];
  for (const [method, path] of PATHS) {
    for (const [host, headers] of foreign) {
      const response = await page.fetch(`${host}${path}`, {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(method === "POST" && { body: '{"row":{"key":"theirs"}}' }),
      });
      const { error } = await response.json();
      assertEquals(
        [response.status, typeof error],
        [403, "string"],
        `${method} ${path} ${host} ${JSON.stringify(headers)}`,
      );
      assertEquals(response.headers.get("access-control-allow-origin"), null);
    }
  }
  const { events, getFlags, getPlannedFaults } = page.emulator;
  assertEquals(
    [events.length, getFlags().flags.length, getPlannedFaults().length],
    [1, 0, 1],
  );
});

Deno.test("the page is there by each name of loopback, and by those that it is told", async () => {
  const { fetch } = createTestPage({}, { hosts: ["dev.example"] });
  for (
    const host of [
      "localhost",
      "shop.localhost:1",
      "127.0.0.1:8010",
      "127.1.2.3",
      "[::1]:8010",
      "dev.example:8010",
    ]
  ) {
    const { status, body } = await fetch(`http://${host}/events`, {
      headers: {
        host,
        origin: `http://${host}`,
        "sec-fetch-site": "same-origin",
      },
    });
    await body?.cancel();
    assertEquals(status, 200, host);
  }
});

Deno.test("a body that a foreign page could send unasked is refused", async () => {
  const { ask, emulator } = createTestPage();
  const body = '{"row":{"key":"theirs"}}';
  for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
    const [status] = await ask("/emulator/flags", {}, {
      body,
      headers: { "content-type": type },
    });
    assertEquals(status, 415);
  }
  assertEquals((await ask("/emulator/flags", {}, { body: "{" }))[0], 400);
  assertEquals(emulator.getFlags().flags, []);
});

Deno.test("the page is there by a name that it is told, in whatever form", async () => {
  const { fetch } = createTestPage({}, {
    hosts: ["My-Machine.Lan", "fd00::5"],
  });
  const statuses: number[] = [];
  for (const name of ["my-machine.lan", "MY-MACHINE.LAN:1", "[fd00::5]:1"]) {
    const { body, status } = await fetch(`http://${name}/`);
    await body?.cancel();
    statuses.push(status);
  }
  assertEquals(statuses, [200, 200, 200]);
});

Deno.test("a method that is the name of something else is refused too", async () => {
  const { fetch } = createTestPage();
  for (const method of ["constructor", "toString", "__proto__"]) {
    const { status, body } = await fetch(`${HOST}/events`, { method });
    await body?.cancel();
    assertEquals(status, 405, method);
  }
});

Deno.test("all else is the emulator's, to pages of any origin", async () => {
  const { fetch, emulator } = createTestPage();
  const { status, headers } = await postBatch(fetch, wireEvent(1));
  assertEquals([status, headers.get("access-control-allow-origin")], [
    200,
    "*",
  ]);
  const answer = await fetch("http://evil.example/batch/", {
    method: "POST",
    headers: { origin: "https://shop.example" },
    body: JSON.stringify({ "api_key": "phc_x", batch: [wireEvent(2)] }),
  });
  await answer.body?.cancel();
  assertEquals(answer.status, 200);
  assertEquals((await getDefinitions(fetch)).status, 200);
  assertEquals(emulator.events.map(({ uuid }) => uuid), [uuid(1), uuid(2)]);
  const nowhere = await fetch(`${HOST}/emulator/nowhere`);
  await nowhere.body?.cancel();
  assertEquals(nowhere.status, 404);
});

Deno.test("GET /events gives the newest first, and finds by text, name and person in all of them", async () => {
  const { ask, fetch } = createTestPage();
  for (let at = 0; at < 10_000; at += 500) {
    const batch = Array.from({ length: 500 }, (_, n) =>
      wireEvent(at + n, {
        event: at + n === 4321 ? "sofa sold" : "order placed",
        "distinct_id": `user-${(at + n) % 10}`,
        properties: { n: at + n, note: at + n === 77 ? "Été <b>" : "" },
      }));
    await postBatch(fetch, ...batch);
  }
  const find = async (query: Record<string, string>) => {
    const [, answer] = await ask(`/events?${new URLSearchParams(query)}`);
    const { events, matched, total } = answer;
    return [
      events.map(({ properties }: { properties: { n: number } }) =>
        properties.n
      ),
      matched,
      total,
    ];
  };
  assertEquals(await find({ limit: "2" }), [[9999, 9998], 10_000, 10_000]);
  assertEquals(await find({ event: "sofa sold" }), [[4321], 1, 10_000]);
  assertEquals(await find({ search: "été <B>" }), [[77], 1, 10_000]);
  assertEquals(await find({ search: '"n":4321' }), [[4321], 1, 10_000]);
  assertEquals(
    await find({ person: "User-7", limit: "1" }),
    [[9997], 1000, 10_000],
  );
  assertEquals(await find({ search: "nothing of it" }), [[], 0, 10_000]);
  const [, { names, events }] = await ask("/events");
  assertEquals(names, [
    { name: "order placed", count: 9999 },
    { name: "sofa sold", count: 1 },
  ]);
  assertEquals(events.length, 1000);
});

Deno.test("GET /emulator/requests shows no key, and what definitions cost", async () => {
  const { ask, fetch } = createTestPage({ flags: { flags: [] } });
  const { text, headers } = await getDefinitions(fetch);
  const etag = headers.get("etag") ?? "";
  await getDefinitions(fetch, {
    authorization: "Bearer phx_secret",
    "if-none-match": etag,
  });
  await getDefinitions(fetch, {});
  await postBatch(fetch, wireEvent(1));
  const [, answer] = await ask("/emulator/requests?path=/flags/definitions");
  assertEquals(answer.definitions, {
    full: 1,
    fullBytes: text.length,
    notModified: 1,
    failed: 1,
  });
  assertEquals(
    answer.requests.map((
      { status, answerBytes, ifNoneMatch, etag }: Record<string, unknown>,
    ) => [status, status === 401 ? 0 : answerBytes, ifNoneMatch, etag]),
    [
      [401, 0, undefined, undefined],
      [304, 0, etag, etag],
      [200, text.length, undefined, etag],
    ],
  );
  const [, all] = await ask("/emulator/requests");
  assertEquals([all.matched, /ph[cx]_/.test(JSON.stringify(all))], [4, false]);
});

Deno.test("faults are planned, listed and forgotten, and those that make no sense refused", async () => {
  const { ask, fetch } = createTestPage();
  const fault = { path: "/batch", status: 503, retryAfter: 2, times: 2 };
  assertEquals(await ask("/emulator/faults", fault), [200, {
    faults: [fault],
  }]);
  assertEquals((await postBatch(fetch, wireEvent(1))).status, 503);
  assertEquals(await ask("/emulator/faults"), [
    200,
    { faults: [{ ...fault, times: 1 }] },
  ]);
  for (
    const wrong of [
      null,
      { path: "/nowhere" },
      { status: 99 },
      { status: "503" },
      { drop: "all" },
      { times: 0 },
      { delayMs: -1 },
    ]
  ) {
    const [status, { error }] = await ask("/emulator/faults", wrong);
    assertEquals([status, typeof error], [400, "string"]);
  }
  const cleared = await ask("/emulator/faults", undefined, {
    method: "DELETE",
  });
  assertEquals(cleared, [200, { faults: [] }]);
  assertEquals((await postBatch(fetch, wireEvent(1))).status, 200);
});

Deno.test("DELETE /emulator/events forgets what was received", async () => {
  const { ask, fetch, emulator } = createTestPage();
  await postBatch(fetch, wireEvent(1));
  await ask("/emulator/events", undefined, { method: "DELETE" });
  assertEquals([emulator.events.length, emulator.requests.length], [0, 0]);
});

Deno.test("the page answers 503 while its emulator's store can't be read", async () => {
  const { ask } = createTestPage({
    store: {
      read: () => Promise.reject(new Error("no such file")),
      append: () => {},
    },
    logger: createRecordingLogger(),
  });
  assertEquals((await ask("/events"))[0], 503);
});

Deno.test("a flag that can't be kept is not edited", async () => {
  const { ask, emulator } = createTestPage({
    store: {
      read: () => "",
      append: () => Promise.reject(new Error("no space left")),
    },
    logger: createRecordingLogger(),
  });
  const [status] = await ask("/emulator/flags", { row: { key: "a" } });
  assertEquals([status, emulator.getFlags().flags], [503, []]);
});
