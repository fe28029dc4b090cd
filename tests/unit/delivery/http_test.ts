import { assert, assertEquals } from "@std/assert";
import { createRedact } from "../../../src/core/logger.ts";
import type { FetchInit, FetchLike } from "../../../src/core/platform.ts";
import { createFakeClock } from "../../../src/testing/fake_clock.ts";
import {
  createHttpDoor,
  type HttpRequest,
} from "../../../src/delivery/http.ts";

const REQUEST: HttpRequest = {
  method: "GET",
  url: "https://host.example/path?token=phc_secret",
  timeoutMs: 1000,
};

function createDoor(fetch: FetchLike | undefined) {
  const clock = createFakeClock();
  return {
    clock,
    door: createHttpDoor({
      findFetch: () => fetch,
      clock,
      redact: createRedact(["phc_secret"]),
    }),
  };
}

Deno.test("HttpDoor passes on only what every edge runtime knows (CAP-143)", async () => {
  const seen: FetchInit[] = [];
  const { door } = createDoor((_url, init) => {
    seen.push(init);
    return Promise.resolve(new Response("ok"));
  });
  const body = new Uint8Array([1]);
  const outcome = await door.send({
    ...REQUEST,
    method: "POST",
    headers: { "X-A": "1" },
    body,
  });
  assert(outcome.kind === "ok");
  assertEquals([outcome.status, outcome.text], [200, "ok"]);
  assertEquals(Object.keys(seen[0] ?? {}).sort(), [
    "body",
    "headers",
    "method",
    "redirect",
    "signal",
  ]);
  assertEquals(seen[0]?.headers, { "User-Agent": "edgehog/0.1.0", "X-A": "1" });
  assertEquals(seen[0]?.redirect, "manual");
});

Deno.test("HttpDoor calls fetch without a receiver (CAP-005)", async () => {
  let receiver: unknown = "not called";
  const { door } = createDoor(function (this: unknown) {
    receiver = this;
    return Promise.resolve(new Response(""));
  });
  await door.send(REQUEST);
  assertEquals(receiver, undefined);
});

Deno.test("HttpDoor gives other statuses as such, with keys hidden in their text (CAP-294)", async () => {
  const { door } = createDoor(() =>
    Promise.resolve(new Response("no phc_secret here", { status: 401 }))
  );
  const outcome = await door.send(REQUEST);
  assert(outcome.kind === "status");
  assertEquals([outcome.status, outcome.text], [401, "no [redacted] here"]);
});

Deno.test("HttpDoor turns a failed fetch into a network outcome without the key (CAP-294)", async () => {
  const { door } = createDoor((url) =>
    Promise.reject(new TypeError(`error sending request for url (${url})`))
  );
  const outcome = await door.send(REQUEST);
  assert(outcome.kind === "network");
  assert(!outcome.cause.message.includes("phc_secret"));
});

Deno.test("HttpDoor contains a fetch that throws at once, and one that is missing", async () => {
  const throwing = createDoor(() => {
    throw new Error("sync");
  });
  assertEquals((await throwing.door.send(REQUEST)).kind, "network");
  assertEquals(
    (await createDoor(undefined).door.send(REQUEST)).kind,
    "network",
  );
});

Deno.test("HttpDoor abandons a fetch that ignores its signal, and cancels its late answer (CAP-228)", async () => {
  let answer: (response: Response) => void = () => {};
  let isCancelled = false;
  const { clock, door } = createDoor(() =>
    new Promise((resolve) => answer = resolve)
  );
  const sent = door.send(REQUEST);
  await clock.advance(1000);
  assertEquals((await sent).kind, "timeout");
  answer(
    new Response(
      new ReadableStream({ cancel: () => void (isCancelled = true) }),
    ),
  );
  await clock.settle();
  assertEquals([isCancelled, clock.pending], [true, 0]);
});

Deno.test("HttpDoor ends a body that stalls, and cancels it (CAP-148, CAP-228)", async () => {
  let isCancelled = false;
  const body = new ReadableStream({ cancel: () => void (isCancelled = true) });
  const { clock, door } = createDoor(() => Promise.resolve(new Response(body)));
  const sent = door.send(REQUEST);
  await clock.advance(1000);
  assertEquals([(await sent).kind, isCancelled], ["timeout", true]);
});

Deno.test("HttpDoor reads an answer whose body breaks off as one without text", async () => {
  const body = new ReadableStream({
    pull: (controller) => controller.error(new Error("reset")),
  });
  const { door } = createDoor(() => Promise.resolve(new Response(body)));
  const outcome = await door.send(REQUEST);
  assert(outcome.kind === "ok");
  assertEquals(outcome.text, undefined);
});

Deno.test("HttpDoor gives up a body past its limit", async () => {
  let isCancelled = false;
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(8 * 1024 * 1024)),
    cancel: () => void (isCancelled = true),
  });
  const { door } = createDoor(() => Promise.resolve(new Response(body)));
  const outcome = await door.send(REQUEST);
  assert(outcome.kind === "ok");
  assertEquals([outcome.text, isCancelled], [undefined, true]);
});

Deno.test("HttpDoor ends with its caller's signal and leaves no wait behind (CAP-274)", async () => {
  const controller = new AbortController();
  const { clock, door } = createDoor(() => new Promise(() => {}));
  const sent = door.send({ ...REQUEST, signal: controller.signal });
  controller.abort();
  assertEquals((await sent).kind, "aborted");
  assertEquals(clock.pending, 0);
});

/** A door whose first answer redirects, and whose second is told; with what it was asked. */
function createRedirected(
  status: number,
  location: string | undefined,
  second: () => Response = () => new Response("there"),
) {
  const seen: [url: string, init: FetchInit][] = [];
  let isCancelled = false;
  const { door } = createDoor((url, init) => {
    seen.push([url, init]);
    if (seen.length > 1) return Promise.resolve(second());
    const body = new ReadableStream({
      pull: (controller) => controller.close(),
      cancel: () => void (isCancelled = true),
    }, { highWaterMark: 0 });
    const headers = new Headers(location !== undefined ? { location } : {});
    return Promise.resolve(new Response(body, { status, headers }));
  });
  return { door, seen, isCancelled: () => isCancelled };
}

const HOST = "https://host.example/path";
const FOLLOWED: readonly (readonly [
  from: string,
  location: string,
  target: string,
])[] = [
  [HOST, "/other/?a=1", "https://host.example/other/?a=1"],
  [HOST, "other", "https://host.example/other"],
  [HOST, "//host.example/other", "https://host.example/other"],
  [HOST, "https://HOST.example:443/other", "https://host.example/other"],
  ["http://host.example/path", "https://host.example/path", HOST],
  ["http://host.example:8080/path", "https://host.example/path", HOST],
  [
    "http://host.example:8080/path",
    "http://host.example:8080/other",
    "http://host.example:8080/other",
  ],
];
for (const [from, location, target] of FOLLOWED) {
  for (const status of [307, 308]) {
    Deno.test(`HttpDoor follows ${status} from ${from} to ${location}, with the same request (FLD-007)`, async () => {
      const { door, seen, isCancelled } = createRedirected(status, location);
      const outcome = await door.send({
        method: "POST",
        url: from,
        headers: { "Authorization": "Bearer phc_secret" },
        body: new Uint8Array([1, 2]),
        timeoutMs: 1000,
      });
      assert(outcome.kind === "ok");
      assertEquals(outcome.text, "there");
      assertEquals(seen.map(([url]) => url), [from, target]);
      assertEquals(seen[0]?.[1], seen[1]?.[1]);
      assertEquals(isCancelled(), true, "the first body is not left unread");
    });
  }
}

const NOT_FOLLOWED: readonly (readonly [
  status: number,
  from: string,
  location: string | undefined,
])[] = [
  ...[301, 302, 303].map((status) => [status, HOST, "/other"] as const),
  [307, HOST, "https://other.example/path"],
  [307, HOST, "https://sub.host.example/path"],
  [307, HOST, "https://host.example.other.example/path"],
  [308, HOST, "http://host.example/path"],
  [308, HOST, "https://host.example:8443/path"],
  [307, "http://host.example/path", "https://host.example:8443/path"],
  [307, "http://host.example/path", "http://host.example:8080/path"],
  [307, "http://host.example/path", "https://other.example/path"],
  [307, HOST, undefined],
  [307, HOST, "https://"],
  [307, HOST, "data:text/plain,host.example"],
];
for (const [status, from, location] of NOT_FOLLOWED) {
  Deno.test(`HttpDoor leaves ${status} from ${from} to ${location} as it is (FLD-007, CAP-145)`, async () => {
    const { door, seen } = createRedirected(status, location);
    const outcome = await door.send({ ...REQUEST, url: from });
    assert(outcome.kind === "status");
    assertEquals([outcome.status, seen.length], [status, 1]);
  });
}

Deno.test("HttpDoor follows one redirect an attempt, and the next attempt one again (FLD-007)", async () => {
  const { door, seen } = createRedirected(
    307,
    "/other",
    () =>
      new Response(null, { status: 308, headers: { location: "/another" } }),
  );
  for (const requests of [2, 4]) {
    const outcome = await door.send({ ...REQUEST, url: HOST });
    assert(outcome.kind === "status");
    assertEquals([outcome.status, seen.length], [308, requests]);
  }
});

Deno.test("HttpDoor gives both requests of a redirect one deadline (FLD-007)", async () => {
  let count = 0;
  const { clock, door } = createDoor(() =>
    ++count === 1
      ? clock.sleep(600).then(() =>
        new Response(null, { status: 307, headers: { location: "/b" } })
      )
      : new Promise(() => {})
  );
  let kind: string | undefined;
  void door.send(REQUEST).then((outcome) => kind = outcome.kind);
  await clock.advance(999);
  assertEquals([kind, count], [undefined, 2]);
  await clock.advance(1);
  assertEquals(kind, "timeout");
});

for (const body of [undefined, null]) {
  Deno.test(`HttpDoor reads an answer whose body is ${body} by text() (FLD-010)`, async () => {
    const response = {
      status: 200,
      headers: new Headers(),
      body,
      text: () => Promise.resolve("by text"),
    };
    const { door } = createDoor(() =>
      Promise.resolve(response as unknown as Response)
    );
    const outcome = await door.send(REQUEST);
    assert(outcome.kind === "ok");
    assertEquals(outcome.text, "by text");
  });
}

Deno.test("HttpDoor hides keys in what text() gives, and waits for it no longer than its deadline (FLD-010, CAP-294)", async () => {
  const texts = [Promise.resolve("no phc_secret here"), new Promise(() => {})];
  const { clock, door } = createDoor(() =>
    Promise.resolve({
      status: 401,
      headers: new Headers(),
      text: () => texts.shift(),
    } as unknown as Response)
  );
  const outcome = await door.send(REQUEST);
  assert(outcome.kind === "status");
  assertEquals(outcome.text, "no [redacted] here");
  const sent = door.send(REQUEST);
  await clock.advance(1000);
  assertEquals((await sent).kind, "timeout");
});
