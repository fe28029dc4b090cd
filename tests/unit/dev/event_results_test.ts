import { assertEquals } from "@std/assert";
import {
  createPostHogEmulator,
  type EventResult,
  type IncomingEvent,
  type IncomingRequest,
  retryFirstTries,
} from "../../../src/dev/mod.ts";
import {
  type Answered,
  post,
  postBatch,
  postV1,
  uuid,
  v1Event,
  wireEvent,
} from "./_requests.ts";

function words({ text }: Answered): readonly unknown[] {
  const results: Record<string, EventResult> = JSON.parse(text).results;
  return Object.values(results).map(({ result }) => result);
}

const RESULTS: readonly (readonly [
  result: EventResult,
  isStored: boolean,
  retryAfter: string | null,
])[] = [
  [{ result: "ok" }, true, null],
  [{ result: "warning", details: "person_processing_disabled" }, true, null],
  [{ result: "drop", details: "rejected" }, false, null],
  [{ result: "limited" }, false, null],
  [{ result: "retry", details: "not_persisted" }, false, "1"],
  [{ result: "from_the_future" }, false, null],
];

for (const [result, isStored, retryAfter] of RESULTS) {
  Deno.test(`setEventPolicy() answers ${result.result} for one event of two`, async () => {
    const { fetch, events, setEventPolicy } = createPostHogEmulator();
    setEventPolicy((event) => event.uuid === uuid(1) ? result : undefined);
    const { status, text, headers } = await postV1(
      fetch,
      v1Event(1),
      v1Event(2),
    );
    assertEquals([status, JSON.parse(text).results], [200, {
      [uuid(1)]: result,
      [uuid(2)]: { result: "ok" },
    }]);
    assertEquals(headers.get("retry-after"), retryAfter);
    assertEquals(
      events.map((event) => event.uuid),
      isStored ? [uuid(1), uuid(2)] : [uuid(2)],
    );
  });
}

Deno.test("the event policy sees the event in its v0 shape and the request", async () => {
  const { fetch, setEventPolicy } = createPostHogEmulator();
  const seen: [IncomingEvent, IncomingRequest][] = [];
  setEventPolicy((...asked) => {
    seen.push(asked);
    return undefined;
  });
  await postV1(fetch, v1Event(1, { session_id: "s1" }));
  const [event, request] = seen[0] ?? [];
  assertEquals([event?.distinctId, event?.properties["$session_id"]], [
    "user-1",
    "s1",
  ]);
  assertEquals(
    [request?.path, request?.headers["posthog-attempt"]],
    ["/i/v1/analytics/events", "1"],
  );
});

Deno.test("the event policy is asked about v1 alone, and about nothing that can't be stored", async () => {
  const { fetch, events, setEventPolicy } = createPostHogEmulator();
  const asked: string[] = [];
  setEventPolicy(({ uuid }) => {
    asked.push(uuid);
    return { result: "drop" };
  });
  await postBatch(fetch, wireEvent(1));
  await post(fetch, "/i/v0/ai/batch/", {
    api_key: "phc_test",
    batch: [wireEvent(2)],
  });
  await postV1(fetch, v1Event(3, { event: "" }), v1Event(4));
  assertEquals(asked, [uuid(4)]);
  assertEquals(events.map((event) => event.uuid), [uuid(1), uuid(2)]);
});

Deno.test("a fault's Retry-After replaces the one of a partial result", async () => {
  const { fetch, failNext, setEventPolicy } = createPostHogEmulator();
  setEventPolicy(() => ({ result: "retry" }));
  failNext({ retryAfter: 7 });
  const { status, headers } = await postV1(fetch, v1Event(1));
  assertEquals([status, headers.get("retry-after")], [200, "7"]);
});

Deno.test("retryFirstTries() counts for each uuid by itself", async () => {
  const { fetch, events, setEventPolicy } = createPostHogEmulator();
  setEventPolicy(retryFirstTries(2));
  assertEquals(words(await postV1(fetch, v1Event(1))), ["retry"]);
  assertEquals(words(await postV1(fetch, v1Event(1), v1Event(2))), [
    "retry",
    "retry",
  ]);
  const upper = v1Event(1, { uuid: uuid(1).toUpperCase() });
  assertEquals(words(await postV1(fetch, upper, v1Event(2))), ["ok", "retry"]);
  assertEquals(words(await postV1(fetch, v1Event(2))), ["ok"]);
  assertEquals(events.map(({ arrival }) => arrival), [1, 1]);
});

Deno.test("a quota that is used up drops v1 events, unless the policy says otherwise", async () => {
  const { fetch, events, setEventPolicy, setQuotaLimited } =
    createPostHogEmulator();
  setQuotaLimited(["events"]);
  const { status, text } = await postV1(fetch, v1Event(1));
  assertEquals([status, JSON.parse(text).results], [200, {
    [uuid(1)]: { result: "drop", details: "billing_limit_exceeded" },
  }]);
  setEventPolicy(() => ({ result: "ok" }));
  assertEquals(words(await postV1(fetch, v1Event(2))), ["ok"]);
  assertEquals(events.map((event) => event.uuid), [uuid(2)]);
});

Deno.test("setEventPolicy(undefined) and reset() remove the event policy", async () => {
  const { fetch, setEventPolicy, reset } = createPostHogEmulator();
  for (const remove of [() => setEventPolicy(undefined), reset]) {
    setEventPolicy(() => ({ result: "drop" }));
    assertEquals(words(await postV1(fetch, v1Event(1))), ["drop"]);
    remove();
    assertEquals(words(await postV1(fetch, v1Event(1))), ["ok"]);
  }
});
