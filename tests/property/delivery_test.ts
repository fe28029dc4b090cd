import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { stories, type Story } from "./_stories.ts";
import { type History, live } from "./_world.ts";

/** Stories a seed. A failure names the seed, the path to the story, and the smallest story that fails. */
const STORIES = 10;

/** Of each kind. */
const LEAST_EVENTS = 20_000;

const KINDS = [
  { captureMode: "v0", losesAnswers: true, seeds: [1, 2, 3, 4] },
  { captureMode: "v0", losesAnswers: false, seeds: [5, 6, 7, 8] },
  { captureMode: "v1", losesAnswers: true, seeds: [11, 12, 13, 14] },
  { captureMode: "v1", losesAnswers: false, seeds: [15, 16, 17, 18] },
] as const;

function assertComplete(history: History, losesAnswers: boolean): void {
  const { captured, delivered, dropped, arrived } = history;
  assert(!captured.includes(""), "every event is admitted");
  const [sent, given, here] = [delivered, dropped, arrived].map((uuids) =>
    new Set(uuids)
  );
  const lost = captured.filter((uuid) => !given?.has(uuid) && !here?.has(uuid));
  assertEquals(lost, [], "an event that was not dropped has arrived");
  const made = new Set(captured);
  assertEquals(arrived.filter((uuid) => !made.has(uuid)), []);
  assertEquals(
    delivered.filter((uuid) => !here?.has(uuid)),
    [],
    "what counts as delivered has arrived",
  );
  // Each event has one fate: captured = delivered + dropped + queued.
  assertEquals(history.queued, 0);
  assertEquals([sent?.size, given?.size], [delivered.length, dropped.length]);
  assertEquals(delivered.filter((uuid) => given?.has(uuid)), []);
  assertEquals(delivered.length + dropped.length, captured.length);
  assertEquals(history.wrongCounts, []);
  if (!losesAnswers) assertEquals(here?.size, arrived.length, "once each");
  assertEquals(history.pending, 0, "no wait is left after the shutdown");
}

for (const { captureMode, losesAnswers, seeds } of KINDS) {
  const name = `by ${captureMode} and on the AI lane, ${
    losesAnswers ? "with" : "without"
  } lost answers`;
  Deno.test(`every event has one fate, and none is lost, whatever the server does, ${name} (CAP-221, CAP-261, CAP-274, CAP-283)`, async () => {
    const rejections: unknown[] = [];
    const note = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      rejections.push(event.reason);
    };
    globalThis.addEventListener("unhandledrejection", note);
    let events = 0;
    try {
      for (const seed of seeds) {
        const told = fc.asyncProperty(
          stories(losesAnswers, captureMode),
          async (story: Story) => {
            const history = await live(story, captureMode);
            events += history.captured.length;
            assertComplete(history, losesAnswers);
          },
        );
        await fc.assert(told, { seed, numRuns: STORIES });
      }
    } finally {
      globalThis.removeEventListener("unhandledrejection", note);
    }
    assertEquals(rejections, []);
    assert(events >= LEAST_EVENTS, `${events} events show too little`);
  });
}
