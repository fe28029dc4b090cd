import type { AnyEdgehogError } from "../core/errors.ts";
import { type Hasher, webCryptoHasher } from "../core/hash.ts";
import { createPostHogEmulator } from "../dev/emulator.ts";
import type { EmulatorFlagDefinitions, PostHogEmulator } from "../dev/types.ts";
import { PostHog } from "../posthog/posthog.ts";
import type { PostHogOptions } from "../posthog/types.ts";
import { createFakeClock, type FakeClock } from "./fake_clock.ts";
import { createRecordingLogger, type LogEntry } from "./recording_logger.ts";
import { createSeededRandom } from "./seeded_random.ts";
import { buildFlagDefinitions, type SimpleFlags } from "./simple_flags.ts";

/** What a test may choose; client options beside it win over the kit's own. */
export interface TestClientOptions extends PostHogOptions {
  /** Flags: one value for everybody each, or a definitions document. Default: none. */
  readonly flags?: SimpleFlags | EmulatorFlagDefinitions | undefined;
  /** The first moment in ms since the epoch. Default: 2026-01-01T00:00:00Z. */
  readonly startMs?: number | undefined;
  /** Of uuids and waits. Default 1. */
  readonly seed?: number | undefined;
}

/** What the kit tells a client that has flags. */
export interface TestFlagOptions {
  /** Any key will do for the emulator; undefined where the test gave none. */
  readonly personalApiKey: string | undefined;
  /** For local evaluation: digests of which the fake clock knows. */
  readonly hasher: Hasher;
}

/** A client and the world around it. */
export interface TestClient<Client = PostHog> {
  /** The client: a real one. */
  readonly posthog: Client;
  /** The PostHog it talks to. */
  readonly emulator: PostHogEmulator;
  /** The time both live in. */
  readonly clock: FakeClock;
  /** What the client logged, oldest first. */
  readonly logs: readonly LogEntry[];
  /** What the client reported to `onError`, oldest first. */
  readonly errors: readonly AnyEdgehogError[];
}

/**
 * Creates a `PostHog` for a test: wired to an emulator in the same process, with a clock that stands still, the
 * same uuids in each run, and a logger that only records. Bodies are not compressed.
 *
 * Whatever waits, waits until the test advances the clock: a retry after an outage, and a flush for an event that
 * was captured with `sendFeatureFlags`.
 *
 * @example Testing what a handler captures
 * ```ts
 * import { assertCaptured, createTestClient } from "edgehog/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { posthog, emulator } = createTestClient({ flags: { "new-checkout": true, "pricing": "annual" } });
 * const flags = await posthog.evaluateFlags("user-1");
 * assertEquals(flags.isEnabled("new-checkout"), true);
 * assertEquals(flags.getFlag("pricing"), "annual");
 *
 * posthog.capture({ distinctId: "user-1", event: "order placed", properties: { total: 12 }, flags });
 * await posthog.flush();
 * assertCaptured(emulator.events, { event: "order placed", properties: { total: 12 } });
 * ```
 */
export function createTestClient(options: TestClientOptions = {}): TestClient {
  return createTestClientBy(
    (apiKey, given, flags) => new PostHog(apiKey, { ...given, ...flags }),
    options,
  );
}

/**
 * {@linkcode createTestClient} for a client that is put together: the test makes it, the kit gives it its world.
 *
 * @param create Makes the client of the key and the options that it is handed, and of those about flags if it has any.
 * @param options See {@linkcode TestClientOptions}.
 *
 * @example Testing a client of the kernel and its flags
 * ```ts
 * import { createClient } from "edgehog/client";
 * import { featureFlags } from "edgehog/feature-flags";
 * import { createTestClientBy } from "edgehog/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { posthog } = createTestClientBy(
 *   (apiKey, options, { personalApiKey }) =>
 *     createClient(apiKey, { ...options, personalApiKey, use: [featureFlags()] }),
 *   { flags: { "new-checkout": true } },
 * );
 *
 * assertEquals((await posthog.evaluateFlags("user-1")).isEnabled("new-checkout"), true);
 * ```
 */
export function createTestClientBy<Client>(
  create: (
    apiKey: string,
    options: Omit<PostHogOptions, keyof TestFlagOptions>,
    flagOptions: TestFlagOptions,
  ) => Client,
  options: TestClientOptions = {},
): TestClient<Client> {
  const { flags = {}, startMs, seed = 1, ...given } = options;
  const { personalApiKey, hasher: givenHasher, ...clientOptions } = {
    personalApiKey: "phx_test",
    ...given,
  };
  const clock = createFakeClock(startMs);
  const hasher = createTrackedHasher(givenHasher ?? webCryptoHasher, clock);
  const emulator = createPostHogEmulator({
    flags: buildFlagDefinitions(flags),
    clock,
    hasher,
    random: createSeededRandom(seed + 1),
  });
  const logger = createRecordingLogger();
  const errors: AnyEdgehogError[] = [];
  const posthog = create("phc_test", {
    disableCompression: true,
    disableSingletonWarning: true,
    fetch: emulator.fetch,
    now: clock.now,
    sleep: clock.sleep,
    random: createSeededRandom(seed),
    logger,
    onError: (error) => errors.push(error),
    ...clientOptions,
  }, { personalApiKey, hasher });
  return { posthog, emulator, clock, logs: logger.entries, errors };
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
