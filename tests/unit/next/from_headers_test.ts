import { assert, assertEquals } from "@std/assert";
import { createTestNext } from "./_next.ts";

const KNOWN = { "x-posthog-distinct-id": "visitor-1", "user-agent": "Test/1" };

Deno.test("fromHeaders() gives one scope for each headers object (EDGE-350, EDGE-361)", async () => {
  const { next, emulator, pending } = createTestNext();
  const [headers, others] = [new Headers(KNOWN), new Headers(KNOWN)];
  const hog = next.fromHeaders(headers);
  assert(next.fromHeaders(headers) === hog);
  assert(next.fromHeaders(others) !== hog);
  hog.capture({ event: "rendered" });
  await Promise.all(pending);
  assertEquals(
    emulator.events.map(({ event, distinctId, properties }) => [
      event,
      distinctId,
      properties["$user_agent"],
    ]),
    [["rendered", "visitor-1", "Test/1"]],
  );
  assertEquals(pending.length, 1);
});

Deno.test("fromHeaders() of two adapters gives each a scope of its own client", () => {
  const headers = new Headers(KNOWN);
  const [one, other] = [createTestNext(), createTestNext()];
  assert(one.next.fromHeaders(headers) !== other.next.fromHeaders(headers));
});

Deno.test("fromHeaders() asks 'init' with the headers (EDGE-350)", () => {
  const seen: unknown[] = [];
  const { next } = createTestNext({
    init: (request) => {
      seen.push(request.headers);
      return { distinctId: "user-1" };
    },
  });
  const headers = new Headers(KNOWN);
  assertEquals(next.fromHeaders(headers).distinctId, "user-1");
  assert(seen.length === 1 && seen[0] === headers);
});

Deno.test("fromHeaders() of what has no headers gives a scope that knows nobody (EDGE-004)", () => {
  const { next, errors } = createTestNext();
  for (
    const headers of [undefined, null, Promise.resolve(new Headers(KNOWN))]
  ) {
    assertEquals(next.fromHeaders(headers as never).distinctId, undefined);
  }
  assertEquals(errors, []);
});

Deno.test("getPostHog() gives the scope of the headers at hand (EDGE-350, EDGE-361)", async () => {
  const given = new Headers(KNOWN);
  const { next } = createTestNext({ headers: () => Promise.resolve(given) });
  const { getPostHog } = next;
  const hog = await getPostHog();
  assertEquals(hog.distinctId, "visitor-1");
  assert(await getPostHog() === hog && next.fromHeaders(given) === hog);
});

Deno.test("getPostHog() rejects with what stops rendering (EDGE-352)", async () => {
  const digest = "DYNAMIC_SERVER_USAGE";
  const stop = Object.assign(new Error("stop"), { digest });
  const { next, errors, emulator } = createTestNext({
    headers: () => Promise.reject(stop),
  });
  assertEquals(await next.getPostHog().catch((error) => error), stop);
  assertEquals([errors, emulator.events], [[], []]);
});

Deno.test("getPostHog() without the option 'headers' says so, and gives a scope that knows nobody (EDGE-004)", async () => {
  const { next, errors, emulator, pending } = createTestNext();
  const hog = await next.getPostHog();
  hog.capture({ event: "rendered" });
  await Promise.all(pending);
  assertEquals(hog.distinctId, undefined);
  assertEquals(errors.map(({ message }) => message), [
    "Cannot know who asks in 'getPostHog': expected option 'headers'",
  ]);
  assertEquals(emulator.events.map(({ event }) => event), ["rendered"]);
});
