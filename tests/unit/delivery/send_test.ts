import { assertEquals } from "@std/assert";
import {
  type Answer,
  type Attempt,
  createBench,
  createGate,
} from "./_bench.ts";

Deno.test("exhausted attempts are reported once, as retained (CAP-233)", async () => {
  const { capture, count, drops, errors, posthog } = createBench(() => 503);
  capture("ab");
  assertEquals(await count(posthog.flush()), [0, 0, 2]);
  const reported = errors.map((error) => {
    if (error.name !== "DeliveryError") return error.name;
    const { code, status, attempts, retained, events } = error;
    return [code, status, attempts, retained, events.length];
  });
  assertEquals<unknown>(reported, [["http", 503, 4, true, 2]]);
  assertEquals(drops, []);
});

Deno.test("a request keeps its id and counts its attempts, and both are named when it is refused in the end (CAP-162, CAP-297)", async () => {
  const { attempts, capture, count, errors, posthog } = createBench(
    ({ number }) => number < 3 ? 503 : 400,
  );
  capture("a");
  assertEquals(await count(posthog.flush()), [0, 1, 0]);
  const requests = attempts.map(({ batch }) => batch[0]?.request);
  assertEquals(requests.map((request) => request?.attempt), [1, 2, 3]);
  const ids = new Set(requests.map((request) => request?.id));
  const [error] = errors;
  assertEquals<unknown>(
    error?.name === "DeliveryError" && [error.attempts, [error.requestId]],
    [3, [...ids]],
  );
});

Deno.test("only what an outcome says is tried again, in order (CAP-174, CAP-301)", async () => {
  const { capture, count, drops, posthog, sent } = createBench(
    ({ batch, number }) => {
      if (number > 1) return 200;
      return [
        { kind: "delivered", uuid: batch[1]?.uuid.toUpperCase() ?? "" },
        {
          kind: "dropped",
          uuid: batch[2]?.uuid ?? "",
          reason: { code: "partial", result: "drop", details: "why" },
        },
        { kind: "delivered", uuid: "unknown" },
      ];
    },
  );
  capture("abcd");
  assertEquals(await count(posthog.flush()), [3, 1, 0]);
  assertEquals(sent(), ["abcd", "ad"]);
  const dropped = drops.map(({ event, reason, details }) => {
    return [event, reason, details];
  });
  assertEquals(dropped, [["c", "rejected", "why"]]);
});

Deno.test("a transport that rejects or hangs is tried again (CAP-301)", async () => {
  const answers: Answer[] = [new Error("socket"), "hang", 200];
  const { attempts, capture, clock, count, posthog } = createBench(() =>
    answers.shift() ?? 200
  );
  capture("a");
  assertEquals(await count(posthog.flush()), [1, 0, 0]);
  const aborted = attempts.map(({ signal }) => signal.aborted);
  assertEquals([aborted.slice(1), clock.pending], [[true, false], 0]);
});

for (const [status, expected] of [[200, ["a"]], [400, ["a", "a"]]] as const) {
  Deno.test(`of an answer that comes after its attempt's deadline, ${status}, only an acceptance counts (CAP-228, FLD-091)`, async () => {
    const gate = createGate();
    const { attempts, capture, clock, count, posthog, sent } = createBench(() =>
      attempts.length === 1 ? gate.promise : 200
    );
    capture("a");
    const flushed = posthog.flush();
    await clock.advance(10_500);
    gate.resolve(status);
    assertEquals(await count(flushed), [1, 0, 0]);
    assertEquals(sent(), [...expected]);
  });
}

Deno.test("the words of a custom transport's error are in no message (CAP-294)", async () => {
  const { capture, count, errors, posthog } = createBench(() =>
    new Error("cannot send order 12")
  );
  capture("a");
  assertEquals(await count(posthog.flush()), [0, 0, 1]);
  assertEquals(errors.map(({ message }) => message), [
    "Cannot deliver 1 event now, kept for the next try: the request failed",
  ]);
});

const hostile = Object.defineProperty(new Error("socket"), "name", {
  get: () => {
    throw new Error("no name");
  },
});
const HOSTILE: readonly [
  name: string,
  answer: (attempt: Attempt) => Answer,
  expected: [dropped: number, retained: number],
][] = [
  ["an error", () => hostile, [0, 1]],
  ["the cause of a reason", ({ batch }) =>
    batch.map(({ uuid }) => {
      const reason = { code: "network" as const, cause: hostile };
      return { kind: "retry", uuid, reason };
    }), [0, 1]],
  ["a reason", ({ batch }) =>
    batch.map(({ uuid }) => {
      const reason = {
        code: "http" as const,
        get details(): string {
          throw new Error("no details");
        },
      };
      return { kind: "dropped", uuid, reason };
    }), [1, 0]],
];
for (const [name, answer, [dropped, retained]] of HOSTILE) {
  Deno.test(`what a transport answers with is counted and told, although ${name} throws when it is looked at (CAP-261, CAP-301)`, async () => {
    const { capture, count, drops, errors, posthog } = createBench(answer, {
      fetchRetryCount: 0,
    });
    capture("a");
    assertEquals(await count(posthog.flush()), [0, dropped, retained]);
    assertEquals([drops.length, errors.length], [dropped, 1]);
  });
}

Deno.test("413 halves a batch with requests of their own, and drops an event that is refused alone (CAP-144, CAP-230, CAP-231)", async () => {
  const { attempts, capture, count, drops, errors, posthog, sent } =
    createBench(({ names }) =>
      names.length > 2 || names.includes("b") ? 413 : 200
    );
  capture("abcd");
  assertEquals(await count(posthog.flush()), [3, 1, 0]);
  assertEquals(sent(), ["abcd", "ab", "a", "b", "cd"]);
  const ids = new Set(attempts.map(({ batch }) => batch[0]?.request.id));
  assertEquals(ids.size, 5);
  assertEquals([drops.length, errors.map(({ code }) => code)], [1, ["http"]]);
});

Deno.test("split halves that fail have four attempts each, and stay queued in order (CAP-231)", async () => {
  const { attempts, capture, count, posthog, queued, sent } = createBench(
    ({ batch }) => batch.length > 2 ? 413 : 503,
  );
  capture("abcd");
  assertEquals(await count(posthog.flush()), [0, 0, 4]);
  assertEquals(sent(), ["abcd", "ab", "ab", "ab", "ab"]);
  assertEquals([attempts.at(-1)?.number, queued()], [4, "abcd"]);
});

const FOUR = { maxQueueSize: 4 };

Deno.test("an event evicted from a batch in flight stays dropped, although the batch arrives (CAP-118)", async () => {
  const { attempts, capture, count, drops, posthog, queued, told } =
    createBench(() => {
      if (attempts.length === 1) capture("e");
      return 200;
    }, FOUR);
  capture("abcd");
  assertEquals(await count(posthog.flush()), [3, 1, 0]);
  assertEquals([drops.map(({ event }) => event), told], [["a"], ["bcd"]]);
  assertEquals(queued(), "e");
});

Deno.test("an event evicted from a batch that fails, or waits to be tried again, is not sent again (CAP-118)", async () => {
  const { attempts, capture, clock, count, posthog, sendNow, sent } =
    createBench(() => {
      if (attempts.length > 1) return 200;
      capture("e");
      return 503;
    }, FOUR);
  capture("abcd");
  const flushed = posthog.flush();
  await clock.advance(500);
  // What is being sent makes room only where there is nothing else.
  void sendNow("x");
  void sendNow("y");
  assertEquals(await count(flushed), [2, 2, 0]);
  assertEquals(sent(), ["abcd", "x", "y", "cd"]);
});

Deno.test("captures while the first half of a split travels evict themselves before the second half (CAP-230, FLD-012)", async () => {
  const { capture, count, drops, posthog, sent } = createBench(({ names }) => {
    if (names === "abcd") return 413;
    // What is being sent makes room only where there is nothing else.
    if (names === "ab") capture("xyz");
    return 200;
  }, FOUR);
  capture("abcd");
  assertEquals(await count(posthog.flush()), [3, 1, 0]);
  assertEquals(sent(), ["abcd", "ab", "cd"]);
  assertEquals(drops.map(({ event }) => event), ["a", "x", "y"]);
});

Deno.test("an event that was refused in company travels alone once before it is dropped (CAP-230)", async () => {
  const { capture, count, posthog, sendNow, sent } = createBench(
    ({ names }) => {
      if (names !== "abcd") return 200;
      // Sent by themselves these are leased, and so the oldest of all make room.
      for (const name of "xyz") void sendNow(name);
      return 413;
    },
    FOUR,
  );
  capture("abcd");
  assertEquals(await count(posthog.flush()), [1, 3, 0]);
  assertEquals(sent().toSorted(), ["abcd", "d", "x", "y", "z"]);
});

Deno.test("1,000 captures past a full queue while a batch is in flight are one warning, and a report each (CAP-115, CAP-116)", async () => {
  const { capture, clock, drops, errors, warnings } = createBench(
    () => "hang",
    { maxQueueSize: 100 },
  );
  capture("x".repeat(1100));
  assertEquals([warnings().length, drops.length], [1, 1000]);
  assertEquals(errors.map(({ code }) => code), Array(1000).fill("overflow"));
  await clock.advance(60_000);
});

Deno.test("an immediate send in testMode that overflows the queue is reported (CAP-122)", async () => {
  const { attempts, drops, sendNow } = createBench(() => 200, {
    maxQueueSize: 1,
    testMode: true,
  });
  await sendNow("a");
  await sendNow("b");
  assertEquals(drops.map(({ event, reason }) => [event, reason]), [
    ["a", "overflow"],
  ]);
  assertEquals(attempts, []);
});
