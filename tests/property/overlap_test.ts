import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type {
  DeliveryOutcome,
  QueuedEvent,
  Transport,
} from "../../src/core/delivery.ts";
import type { FakeClock } from "../../src/testing/fake_clock.ts";
import { createTestClient } from "edgehog/testing";
import { stories, type Story } from "./_stories.ts";
import { createActor, LONG_MS } from "./_world.ts";

/** What a transport does with one attempt. */
interface Habit {
  readonly answer:
    | "delivered"
    | "retry"
    | "mixed"
    | "twice"
    | "strangers"
    | "nonsense"
    | "throws"
    | "rejects"
    | "hangs";
  readonly delayMs: number;
}

const HABIT: fc.Arbitrary<Habit> = fc.record({
  answer: fc.constantFrom(
    "delivered",
    "delivered",
    "delivered",
    "retry",
    "mixed",
    "twice",
    "strangers",
    "nonsense",
    "throws",
    "rejects",
    "hangs",
  ),
  delayMs: fc.constantFrom(0, 0, 20, 900, 9000),
});

/** A transport that lives by its habits, and watches that no event is under way twice. */
function createWatchedTransport(clock: FakeClock, habits: readonly Habit[]) {
  const underWay = new Set<string>();
  const twice: string[] = [];
  let turn = 0;
  const begin = (batch: readonly QueuedEvent[], signal: AbortSignal) => {
    for (const { uuid } of batch) {
      if (underWay.has(uuid)) twice.push(uuid);
      underWay.add(uuid);
    }
    const end = () => {
      for (const { uuid } of batch) underWay.delete(uuid);
    };
    signal.addEventListener("abort", end);
    return end;
  };
  const transport: Transport = {
    send(batch, signal) {
      const habit = habits[turn++ % habits.length];
      const { answer, delayMs } = habit ?? { answer: "delivered", delayMs: 0 };
      const end = begin(batch, signal);
      if (answer === "throws") {
        end();
        throw new Error("at once");
      }
      return clock.sleep(delayMs, signal).then(() => {
        if (answer === "hangs") return new Promise(() => {});
        end();
        if (answer === "rejects") throw new Error("later");
        return answerAs(answer, batch);
      });
    },
  };
  return { transport, twice, underWay, attempts: () => turn };
}

function answerAs(
  answer: Exclude<Habit["answer"], "throws" | "rejects" | "hangs">,
  batch: readonly QueuedEvent[],
): readonly DeliveryOutcome[] {
  const delivered = batch.map(({ uuid }): DeliveryOutcome => {
    return { kind: "delivered", uuid };
  });
  const reason = { code: "http" as const, status: 503 };
  switch (answer) {
    case "delivered":
      return delivered;
    case "retry":
      return batch.map(({ uuid }) => ({ kind: "retry", uuid, reason }));
    case "mixed":
      return delivered.slice(batch.length / 2);
    case "twice":
      return [...delivered, ...delivered];
    case "strangers":
      return [{ kind: "delivered", uuid: "nobody" }];
    case "nonsense":
      return "fine" as unknown as DeliveryOutcome[];
  }
}

async function live(story: Story, habits: readonly Habit[]) {
  const late: Transport = {
    send: (batch, signal) => watched.transport.send(batch, signal),
  };
  const { posthog, clock } = createTestClient({
    ...story.options,
    transport: late,
  });
  const watched = createWatchedTransport(clock, habits);
  const { captured, wrongCounts } = {
    captured: [] as string[],
    wrongCounts: [] as string[],
  };
  const actor = createActor(posthog, { captured, wrongCounts });
  for (const step of story.steps) {
    if (step.kind === "advance") await clock.advance(step.ms);
    else actor.act(step);
  }
  let isOver = false;
  const end = Promise.all(actor.open).then(() => isOver = true);
  await clock.advance(LONG_MS);
  assert(isOver, "a flush, an immediate send or a drain hangs");
  await end;
  const done = posthog.shutdown(1000);
  await clock.advance(LONG_MS);
  await done;
  assertEquals(watched.twice, [], "no event is under way twice");
  assertEquals([watched.underWay.size, clock.pending], [0, 0]);
  assertEquals(wrongCounts, []);
  return watched.attempts();
}

Deno.test("overlapping flushes, immediate sends and drains never carry an event twice at once, and never hang (CAP-125, CAP-263, CAP-281, CAP-301)", async () => {
  let attempts = 0;
  const habits = fc.array(HABIT, { minLength: 1, maxLength: 30, size: "max" });
  const told = fc.asyncProperty(stories(false), habits, async (story, list) => {
    attempts += await live(story, list);
  });
  for (const seed of [11, 12]) {
    await fc.assert(told, { seed, numRuns: 6 });
  }
  assert(attempts > 300, `${attempts} attempts show too little`);
});
