import {
  type ClientOf,
  type ClientOptions,
  createClient,
} from "../client/create_client.ts";
import type { Feature } from "../client/feature.ts";
import type { Hasher } from "../core/hash.ts";
import { PostHog } from "../posthog/posthog.ts";
import type { PostHogOptions } from "../posthog/types.ts";
import { listenTo } from "./captured.ts";
import { expectOptions, expectThat } from "./expect_that.ts";
import { createWorld, type TestKit, type TestWorldOptions } from "./world.ts";

/** What a test may choose; client options beside it win over the kit's own. */
export interface TestClientOptions extends PostHogOptions, TestWorldOptions {}

/** {@linkcode TestClientOptions} for a client of these features. */
export type ComposedTestClientOptions<Features extends readonly Feature[]> =
  & ClientOptions<Features>
  & TestWorldOptions
  & {
    /** The features of the client. */
    readonly use: Features;
  };

/** What the kit tells a client that has flags. */
export interface TestFlagOptions {
  /** Any key will do for the emulator; undefined where the test gave none. */
  readonly personalApiKey: string | undefined;
  /** For local evaluation: digests of which the fake clock knows. */
  readonly hasher: Hasher;
}

/** A client and the world around it. */
export interface TestClient<Client = PostHog> extends TestKit {
  /** The client: a real one. */
  readonly posthog: Client;
}

/**
 * {@linkcode createTestClient} for a client of the features in `use`, as `createClient` makes it. Each is told of the kit's
 * options about flags what it takes.
 *
 * @example A client that captures, and nothing else
 * ```ts
 * import { createTestClient } from "edgehog/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { posthog, lastEvent } = createTestClient({ use: [] });
 * posthog.capture({ distinctId: "user-1", event: "order placed" });
 *
 * assertEquals(lastEvent()?.event, "order placed");
 * ```
 */
export function createTestClient<const Features extends readonly Feature[]>(
  options: ComposedTestClientOptions<Features>,
): TestClient<ClientOf<Features>>;
/**
 * Creates a `PostHog` for a test: wired to an emulator in the same process, with a clock that stands still, the
 * same uuids in each run, and a logger that only records. There is no network. Bodies are not compressed.
 *
 * What it captures is in `events` at once; what arrived at PostHog, after a flush, is in `emulator.events`. Whatever waits,
 * waits until the test advances the clock: a retry after an outage, and a flush for an event that was captured with
 * `sendFeatureFlags`.
 *
 * @throws {TypeError} A payload is for a flag that the test does not have, or something is of another type than it may be.
 *
 * @example Testing what a handler captures
 * ```ts
 * import { assertCaptured, assertExposed, createTestClient } from "edgehog/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const kit = createTestClient({
 *   flags: { "new-checkout": true, "pricing": "annual" },
 *   payloads: { "pricing": { euros: 120 } },
 * });
 * const flags = await kit.posthog.evaluateFlags("user-1");
 * assertEquals(flags.isEnabled("new-checkout"), true);
 * assertEquals(flags.getFlag("pricing"), "annual");
 * assertEquals(flags.getFlagPayload("pricing"), { euros: 120 });
 *
 * kit.posthog.capture({ distinctId: "user-1", event: "order placed", properties: { total: 12 }, flags });
 *
 * assertCaptured(kit, { event: "order placed", properties: { total: 12 } });
 * assertExposed(kit, { flag: "pricing", value: "annual" });
 * assertEquals(kit.exposures.length, 2);
 * ```
 */
export function createTestClient(options?: TestClientOptions): TestClient;
export function createTestClient(
  given: TestClientOptions & { readonly use?: readonly Feature[] } = {},
): TestClient<unknown> {
  expectOptions("createTestClient", given);
  const { use, ...options } = given;
  return createTestClientBy<unknown>(
    (apiKey, given, { personalApiKey, hasher }) => {
      const flagOptions = { hasher, ...(personalApiKey && { personalApiKey }) };
      if (!use) return new PostHog(apiKey, { ...given, ...flagOptions });
      // Inherited, they are there for the feature that asks, and refused by none that does not.
      const all = Object.assign(Object.create(flagOptions), given, { use });
      return createClient(apiKey, all);
    },
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
  expectOptions("createTestClientBy", options);
  expectThat(
    typeof create === "function",
    "Cannot use 'createTestClientBy': expected a function that makes the client",
    create,
  );
  const { flags, payloads, definitions, startMs, seed, ...given } = options;
  const { personalApiKey, hasher: givenHasher, ...clientOptions } = {
    personalApiKey: options.secretKey ? undefined : "phx_test",
    ...given,
  };
  const world = createWorld(
    { flags, payloads, definitions, startMs, seed },
    { hasher: givenHasher },
  );
  const { kit, hasher, add } = world;
  const posthog = create(
    "phc_test",
    { ...world.options, ...clientOptions },
    { personalApiKey, hasher },
  );
  listenTo(posthog, add);
  return { posthog, ...kit };
}
