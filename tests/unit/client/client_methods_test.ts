import { assert, assertEquals, assertMatch } from "@std/assert";
import { type AnyEdgehogError, uuidv7 } from "edgehog";
import { createTestClient, type TestClient } from "edgehog/testing";
import {
  LIBRARY_NAME,
  USER_AGENT,
  VERSION,
} from "../../../src/core/version.ts";

Deno.test("a client tells what it is under posthog-node's names (FLD-054)", () => {
  const { posthog } = createTestClient();
  assertEquals(
    [
      posthog.getLibraryId(),
      posthog.getLibraryVersion(),
      posthog.getCustomUserAgent(),
    ],
    [LIBRARY_NAME, VERSION, USER_AGENT],
  );
});

Deno.test("uuidv7() gives uuids in order (FLD-054)", () => {
  const uuids = Array.from({ length: 200 }, () => uuidv7());
  assertEquals(uuids, [...uuids].sort());
  assertEquals(new Set(uuids).size, 200);
  assertMatch(uuids[0] ?? "", /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab]/);
});

Deno.test("addPendingPromise() keeps the runtime alive, and a flush waits for it (FLD-054)", async () => {
  const kept: Promise<unknown>[] = [];
  const { posthog, emulator, clock } = createTestClient({
    waitUntil: (promise) => void kept.push(promise),
  });
  const work = clock.sleep(50).then(() => {
    posthog.capture({ event: "done", distinctId: "u" });
    return 7;
  });
  const answer = posthog.addPendingPromise(work);
  assertEquals(kept.length, 1);
  await Promise.all([posthog.flush(), clock.advance(200)]);
  assertEquals([emulator.events.length, await answer], [1, 7]);
});

Deno.test("a flush waits for such work within its time (FLD-054)", async () => {
  const { posthog, clock } = createTestClient();
  void posthog.addPendingPromise(new Promise(() => {}));
  posthog.capture({ event: "paid", distinctId: "u" });
  let result: unknown;
  const flushed = posthog.flush(40).then((counts) => result = counts);
  await clock.advance(20);
  assertEquals(result, undefined);
  await clock.advance(60);
  await flushed;
  assertEquals(result, { delivered: 1, dropped: 0, retained: 0 });
});

Deno.test("work that never ends is waited for once, for 30 s (FLD-054)", async () => {
  const { posthog, clock } = createTestClient();
  void posthog.addPendingPromise(new Promise(() => {}));
  await Promise.all([posthog.flush(), clock.advance(31_000)]);
  assertEquals((await posthog.flush()).delivered, 0);
});

Deno.test("work that fails is reported, and nothing rejects (FLD-054)", async () => {
  const errors: AnyEdgehogError[] = [];
  const { posthog } = createTestClient({
    onError: (error) => errors.push(error),
  });
  const cause = new Error("no");
  assertEquals(
    await posthog.addPendingPromise(Promise.reject(cause)),
    undefined,
  );
  assertEquals(errors.map((error) => error.cause), [cause]);
  assert(errors[0]?.message.includes("addPendingPromise"));
});

Deno.test("flush() takes no longer than its limit once more when the clock is set back meanwhile (FLD-081)", async () => {
  let skewMs = 0;
  const client: TestClient = createTestClient({
    now: () => client.clock.now() + skewMs,
    fetch: () => new Promise(() => {}),
    requestTimeout: 1_000_000,
  });
  const { posthog, clock } = client;
  let resolve = () => {};
  posthog.addPendingPromise(new Promise<void>((done) => resolve = done));
  let isOver = false;
  posthog.flush(10_000).then(() => isOver = true);
  await clock.advance(5000);
  skewMs = -3_600_000;
  posthog.capture({ distinctId: "user-1", event: "late" });
  resolve();
  await clock.advance(20_000);
  assertEquals(isOver, true);
});
