import type { AnyEdgehogError } from "../core/errors.ts";
import { type Hasher, webCryptoHasher } from "../core/hash.ts";
import { createPostHogEmulator } from "../dev/emulator.ts";
import type { PostHogEmulator } from "../dev/types.ts";
import type { PostHogOptions } from "../posthog/types.ts";
import { type Captured, createCaptured } from "./captured.ts";
import { createFakeClock, type FakeClock } from "./fake_clock.ts";
import { createRecordingLogger, type LogEntry } from "./recording_logger.ts";
import { createSeededRandom } from "./seeded_random.ts";
import { mergeFlags, type TestFlags } from "./simple_flags.ts";

/** What a test may choose of the world around a client. */
export interface TestWorldOptions extends TestFlags {
  /** The first moment in ms since the epoch. Default: 2026-01-01T00:00:00Z. */
  readonly startMs?: number | undefined;
  /** Of uuids and waits. Default 1. */
  readonly seed?: number | undefined;
}

/** The world around a client, and what the client did in it. */
export interface TestKit extends Captured {
  /** The PostHog it talks to. */
  readonly emulator: PostHogEmulator;
  /** The time both live in. */
  readonly clock: FakeClock;
  /** What the client logged, oldest first. */
  readonly logs: readonly LogEntry[];
  /** What the client reported to `onError`, oldest first. */
  readonly errors: readonly AnyEdgehogError[];
}

/** A kit that has no client yet. */
export interface World {
  readonly kit: TestKit;
  /** What the client is to be told. */
  readonly options: PostHogOptions & {
    readonly onError: (error: AnyEdgehogError) => void;
  };
  /** Digests of which the clock knows. */
  readonly hasher: Hasher;
  /** Hears of each captured event. */
  readonly add: ReturnType<typeof createCaptured>["add"];
}

/** What an application's own client brings with it. */
interface OwnParts {
  /** Makes its digests. */
  readonly hasher?: Hasher | undefined;
  /** Is told of its failures too. */
  readonly onError?: ((error: AnyEdgehogError) => void) | undefined;
}

/** Makes a world for one client. */
export function createWorld(
  { startMs, seed = 1, ...flags }: TestWorldOptions,
  { hasher: givenHasher = webCryptoHasher, onError }: OwnParts = {},
): World {
  const clock = createFakeClock(startMs);
  const hasher = createTrackedHasher(givenHasher, clock);
  const emulator = createPostHogEmulator({
    flags: mergeFlags(flags),
    clock,
    hasher,
    random: createSeededRandom(seed + 1),
  });
  const logger = createRecordingLogger();
  const errors: AnyEdgehogError[] = [];
  const { add, ...captured } = createCaptured();
  return {
    kit: { emulator, clock, logs: logger.entries, errors, ...captured },
    options: {
      disableCompression: true,
      disableSingletonWarning: true,
      fetch: emulator.fetch,
      now: clock.now,
      sleep: clock.sleep,
      random: createSeededRandom(seed),
      logger,
      onError(error) {
        errors.push(error);
        return onError?.(error);
      },
    },
    hasher,
    add,
  };
}

/** Digests end outside of any clock, on another thread: the fake clock has to know of them. */
function createTrackedHasher(hasher: Hasher, clock: FakeClock): Hasher {
  return {
    digest(texts) {
      const digests = hasher.digest(texts);
      return digests instanceof Promise ? clock.track(digests) : digests;
    },
  };
}
