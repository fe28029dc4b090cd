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
