import type { KernelCaller } from "../client/caller.ts";
import { TEST_SLOT } from "../client/host.ts";
import type { Kernel } from "../client/kernel.ts";
import { isObject } from "../core/guards.ts";
import type { Hasher } from "../core/hash.ts";
import {
  LISTENED,
  type PostHogListeners,
  type Reporter,
} from "../core/reporter.ts";
import { expectOptions, expectThat } from "./expect_that.ts";
import type { TestClient } from "./test_client.ts";
import { createWorld, type TestWorldOptions, type World } from "./world.ts";

/** A client of the application's own that acts in the world of a test. */
export interface MockedPostHog<Client> extends TestClient<Client> {
  /** Gives the client back what it had: its network, its time, its flags and its queue. A second call does nothing. */
  restore(): void;
}

/** How the options begin that name a cache of definitions: those of the test would not be asked for. */
const CACHE = "flagDefinitionCache";

/** Options that mean that the application evaluates flags from definitions: so does its client in a test. */
const LOCAL_OPTIONS = [
  "personalApiKey",
  "secretKey",
  CACHE,
  `${CACHE}Provider`,
  "strictLocalEvaluation",
];

/** What a mock has changed. */
interface Mock {
  /** What was behind the client. */
  readonly original: Kernel;
  /** How that sent. */
  readonly send: Kernel["door"]["send"];
  /** Ends what the kit hears. */
  readonly silence: () => void;
}

/** The mock in force, of each client. */
const mocks = new WeakMap<KernelCaller, Mock>();

/**
 * Puts a client that the application made, such as the one at the module scope of a Worker, into the world of a test: what
 * {@linkcode createTestClient} gives, around this client, until `restore()`. The code under test imports its client as ever.
 *
 * Meanwhile the client is as new, with the options that the application gave it: nothing is queued, no exposure
 * remembered, no definitions loaded; what it had queued before, and scopes from before send to the test's emulator. Emulator, clock, randomness and logger are the test's; `transport` and
 * `flagDefinitionCache` are left out; a client that is disabled, for want of a key or by its options, is not. Hooks, super
 * properties and listeners stay in force; the application's `onError` is called too. A second mock takes the place of the
 * first.
 *
 * @param posthog A `PostHog`, or a client of `createClient`; of either module format.
 * @param options See {@linkcode TestWorldOptions}.
 * @throws {TypeError} It is no client of this package, or one that is older than this function; or the options are none.
 *
 * @example A Worker with its client at module scope
 * ```ts
 * import { PostHog } from "edgehog";
 * import { assertCaptured, mockPostHog } from "edgehog/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const posthog = new PostHog("phc_x"); // in the Worker's module
 * async function handle(userId: string): Promise<Response> {
 *   const flags = await posthog.evaluateFlags(userId);
 *   posthog.capture({ distinctId: userId, event: "shop opened", flags });
 *   return new Response(flags.isEnabled("sale") ? "Sale!" : "Welcome");
 * }
 *
 * const kit = mockPostHog(posthog, { flags: { sale: true } });
 * assertEquals(await (await handle("user-1")).text(), "Sale!");
 * assertCaptured(kit, { event: "shop opened", properties: { "$feature/sale": true } });
 * kit.restore();
 * ```
 */
export function mockPostHog<Client extends object>(
  posthog: Client,
  options: TestWorldOptions = {},
): MockedPostHog<Client> {
  const caller = findCaller(posthog);
  expectOptions("mockPostHog", options);
  const former = mocks.get(caller);
  former?.silence();
  const { original = caller.kernel, send = original.door.send } = former ?? {};
  const { door, reporter, read: { given }, options: { onError } } = original;
  const world = createWorld(options, {
    hasher: readHasher(given),
    onError,
  });
  const kernel = createKernel(original, world);
  for (const name of LISTENED) forward(name, kernel, reporter);
  // Scopes of the client as it was are heard, and send, as those of the mocked one.
  const silence = reporter.on("capture", world.add);
  door.send = (request) => kernel.door.send(request);
  mocks.set(caller, { original, send, silence });
  putBehind(caller, kernel);
  return {
    posthog,
    ...world.kit,
    restore() {
      if (caller.kernel !== kernel) return;
      silence();
      mocks.delete(caller);
      door.send = send;
      putBehind(caller, original);
    },
  };
}

function findCaller(posthog: unknown): KernelCaller {
  const find = (Object(posthog) as Record<symbol, unknown>)[TEST_SLOT];
  const caller: unknown = typeof find === "function"
    ? find.call(posthog)
    : undefined;
  expectThat(
    isObject(caller) && !caller["isScope"],
    "Cannot mock: expected a client of edgehog, outside of any scope",
    posthog,
  );
  // Nothing else answers at this symbol.
  return caller as unknown as KernelCaller;
}

function putBehind(caller: KernelCaller, kernel: Kernel): void {
  caller.kernel = kernel;
  caller.ownQueue = undefined;
}

/** Tells the listeners of the application's client what happens in the test. */
function forward<Name extends keyof PostHogListeners>(
  name: Name,
  kernel: Kernel,
  reporter: Reporter,
): void {
  const tell = (argument: Parameters<PostHogListeners[Name]>[0]) =>
    reporter.emit(name, () => argument);
  // Each listener takes the one argument of its name, which the compiler does not see.
  kernel.reporter.on(name, tell as PostHogListeners[Name]);
}

function readHasher({ hasher }: Kernel["read"]["given"]): Hasher | undefined {
  return isObject(hasher) && typeof hasher["digest"] === "function"
    ? hasher as unknown as Hasher
    : undefined;
}

/** The kernel of a client as its application made it, in another world: by the classes of that client's module format. */
function createKernel(original: Kernel, { options, hasher }: World): Kernel {
  const { read, features, superProperties, eventOptions } = original;
  const { use: _inForce, transport: _a, hasher: _b, ...given } = Object
    .fromEntries(
      Object.entries(read.given).filter(([name, value]) =>
        (value ?? "") !== "" && !name.startsWith(CACHE)
      ),
    );
  const needsKey = LOCAL_OPTIONS.some((name) => name in read.given) &&
    !("secretKey" in given);
  // Inherited, they are there for the feature that asks, and refused by none that does not.
  const inherited = { hasher, ...(needsKey && { personalApiKey: "phx_test" }) };
  const own = { ...given, ...options, disabled: false };
  const kernel: Kernel = new (original.constructor as typeof Kernel)(
    original.options.apiKey || "phc_test",
    new (read.constructor as new (given: unknown) => Kernel["read"])(
      Object.assign(Object.create(inherited), own),
    ),
    features.list,
  );
  return Object.assign(kernel, {
    superProperties,
    eventOptions,
    beforeSend: original.beforeSend,
    isOptedOut: original.isOptedOut,
  });
}
