import { assert, assertEquals, assertRejects } from "@std/assert";
import { createRequest, createTestNext, describeException } from "./_next.ts";

/** A `NextFetchEvent`: a detached `waitUntil` fails as it does there. */
class FakeEvent {
  readonly pending: Promise<unknown>[] = [];

  waitUntil(promise: Promise<unknown>): void {
    if (!(this instanceof FakeEvent)) throw new TypeError("Illegal invocation");
    this.pending.push(promise);
  }
}

Deno.test("proxy() sends events under the event's 'waitUntil', a method of its owner, and not under 'after' (EDGE-351)", async () => {
  const { next, emulator, pending } = createTestNext();
  const event = new FakeEvent();
  const seen: unknown[] = [];
  const answer = new Response(null);
  const proxy = next.proxy((request, given, hog) => {
    seen.push(request, given);
    hog.capture({ event: "requested" });
    return answer;
  });
  const request = createRequest();
  assert(await proxy(request, event) === answer);
  assert(seen[0] === request && seen[1] === event);
  await Promise.all(event.pending);
  assertEquals(
    emulator.events.map(({ event, distinctId }) => [event, distinctId]),
    [["requested", "visitor-1"]],
  );
  assertEquals([event.pending.length, pending.length], [1, 0]);
});

const EVENTS: readonly (readonly [name: string, event: unknown])[] = [
  ["no event", undefined],
  ["an event without one", {}],
  ["a getter that throws", {
    get waitUntil() {
      throw new Error("no");
    },
  }],
];

for (const [name, event] of EVENTS) {
  Deno.test(`proxy() takes 'after' where the event has no 'waitUntil': ${name} (EDGE-351)`, async () => {
    const { next, emulator, errors, pending } = createTestNext();
    const proxy = next.proxy((_request, _event: unknown, hog) => {
      hog.capture({ event: "requested" });
    });
    assertEquals(await proxy(createRequest(), event), undefined);
    await Promise.all(pending);
    assertEquals(emulator.events.length, 1);
    assertEquals([pending.length, errors.length], [1, 0]);
  });
}

Deno.test("proxy() captures an error once and throws it on; a redirect is none (EDGE-350, EDGE-352)", async () => {
  const { next, emulator } = createTestNext();
  const event = new FakeEvent();
  for (
    const thrown of [new Error("boom"), { digest: "NEXT_REDIRECT;push;/;307;" }]
  ) {
    const proxy = next.proxy(() => {
      throw thrown;
    });
    const escaped = await proxy(createRequest(), event).catch((error) => error);
    assert(escaped === thrown);
  }
  await Promise.all(event.pending);
  assertEquals(emulator.events.map(describeException), [
    ["boom", "next.middleware", undefined],
  ]);
});

Deno.test("the members of an adapter may be taken off it", async () => {
  const { next: { proxy }, emulator } = createTestNext();
  const event = new FakeEvent();
  await assertRejects(() =>
    proxy(() => Promise.reject(new Error("boom")))(createRequest(), event)
  );
  await Promise.all(event.pending);
  assertEquals(emulator.events.length, 1);
});
