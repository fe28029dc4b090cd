import type { FlushResult } from "../../src/core/delivery.ts";
import { createTestClient, type PostHog } from "edgehog/testing";
import type { EventMethods, RequestScope } from "edgehog";
import type { Step, Story } from "./_stories.ts";

/** What came of a story. */
export interface History {
  /** The uuids that the verbs gave back. */
  readonly captured: string[];
  /** Those of `on("flush")`. */
  readonly delivered: string[];
  /** Those of `on("drop")`. */
  readonly dropped: string[];
  /** Those that arrived at the server, as often as they did. */
  readonly arrived: string[];
  /** What is still in the client's queue. */
  readonly queued: number;
  /** Flushes whose counts are not those of what was queued. */
  readonly wrongCounts: string[];
  /** Waits left behind after the shutdown. */
  readonly pending: number;
}

/** Longer than any pause, drain or lease. */
export const LONG_MS: number = 10 * 60 * 1000;

/** Lets a story happen, ends the faults, flushes what is left and shuts the client down. */
export async function live(
  story: Story,
  captureMode: "v0" | "v1" = "v0",
): Promise<History> {
  const kept: Promise<unknown>[] = [];
  const { posthog, emulator, clock } = createTestClient({
    ...story.options,
    ...(story.isKept && {
      waitUntil: (promise: Promise<unknown>) => void kept.push(promise),
    }),
    captureMode,
  });
  const history = {
    captured: [] as string[],
    delivered: [] as string[],
    dropped: [] as string[],
    wrongCounts: [] as string[],
  };
  posthog.on("flush", (uuids) => void history.delivered.push(...uuids));
  posthog.on("drop", ({ uuid = "" }) => void history.dropped.push(uuid));
  let turn = 0;
  emulator.setFaultPolicy(() => story.faults[turn++ % story.faults.length]);

  let place = 0;
  const { results } = story;
  emulator.setEventPolicy(() => results[place++ % results.length]);

  const actor = createActor(posthog, history);
  for (const step of story.steps) {
    if (step.kind === "advance") await clock.advance(step.ms);
    else actor.act(step);
  }

  emulator.setFaultPolicy(undefined);
  emulator.setEventPolicy(undefined);
  await clock.advance(LONG_MS);
  await Promise.all([...actor.open, ...kept]);
  // The first takes what is free, the second what scopes handed over meanwhile.
  for (let round = 0; round < 2; round++) {
    const flushed = posthog.flush();
    await clock.advance(LONG_MS);
    await flushed;
  }
  const queued = posthog.queueSize;
  const done = posthog.shutdown();
  await clock.advance(0);
  await done;
  const arrived = emulator.events.map(({ uuid }) => uuid);
  return { ...history, arrived, queued, pending: clock.pending };
}

/** The application of a story. */
export interface Actor {
  /** Everything that was begun, flushes and what was handed to `waitUntil`. */
  readonly open: Promise<unknown>[];
  act(step: Exclude<Step, { kind: "advance" }>): void;
}

/** Creates the application: it never waits for anything, so that everything overlaps. */
export function createActor(
  posthog: PostHog,
  { captured, wrongCounts }: Pick<History, "captured" | "wrongCounts">,
): Actor {
  const open: Promise<unknown>[] = [];
  const scopes: RequestScope[] = [];
  const waitUntil = (promise: Promise<unknown>) => void open.push(promise);

  const createScope = (hasWaitUntil: boolean) => {
    const ctx = hasWaitUntil ? { waitUntil } : undefined;
    const scope = posthog.forRequest(undefined, ctx, { distinctId: "user-1" });
    scopes.push(scope);
    return scope;
  };
  const event = { distinctId: "user-1", event: "e" };
  const capture = (on: EventMethods, count: number, isAi: boolean) => {
    for (let i = 0; i < count; i++) {
      // Some are still being prepared while those behind them are ready.
      const message = { ...event, sendFeatureFlags: i === 1 };
      captured.push((isAi ? on.captureAi(message) : on.capture(message)) ?? "");
    }
  };
  const sendNow = async (on: EventMethods, isAi: boolean) => {
    const sent = isAi
      ? on.captureAiImmediate(event)
      : on.captureImmediate(event);
    captured.push(await sent ?? "");
  };
  const check = async (flushed: Promise<FlushResult>, present?: number) => {
    const { delivered, dropped, retained } = await flushed;
    const isWrong = present !== undefined &&
      delivered + dropped + retained !== present;
    if (isWrong) {
      wrongCounts.push(`${present}: ${delivered} ${dropped} ${retained}`);
    }
  };
  return {
    open,
    act(step) {
      const latest = scopes.at(-1);
      switch (step.kind) {
        case "capture":
          return capture(posthog, step.count, step.isAi);
        case "scope": {
          const { earlier, hasWaitUntil } = step;
          const scope = earlier === undefined ? undefined : scopes.at(-earlier);
          return capture(
            scope ?? createScope(hasWaitUntil),
            step.count,
            step.isAi,
          );
        }
        case "immediate":
          return void open.push(
            sendNow(step.onScope && latest ? latest : posthog, step.isAi),
          );
        case "flush":
          return void open.push(
            step.onScope && latest
              ? check(latest.flush(step.timeoutMs))
              : check(posthog.flush(step.timeoutMs), posthog.queueSize),
          );
      }
    },
  };
}
