import { compose } from "../client/compose.ts";
import { Kernel } from "../client/kernel.ts";
import { clientMethods } from "../compat/client_methods.ts";
import { eventMethods } from "../compat/event_methods.ts";
import { olderOptions } from "../compat/older_options.ts";
import { withSingleFlags } from "../compat/single_flags.ts";
import { errorTracking } from "../errors/feature.ts";
import { createFeatureFlags } from "../flags/feature.ts";
import { localEvaluation } from "../local_evaluation/local_evaluation.ts";
import { regexOperators } from "../local_evaluation/regex/regex.ts";
import { OlderNamesReader } from "./older_names.ts";
import type { PostHogClient, PostHogOptions } from "./types.ts";

/** A `PostHog`: the kernel with every feature. */
export interface PostHog extends PostHogClient {}

/** The class of {@linkcode PostHog}: its verbs stand on its prototype. */
export interface PostHogClass {
  /**
   * Makes a client. Never throws: an option that can't be used is reported and its default taken.
   *
   * @param apiKey The project token (`phc_…`). None, or a secret key in its place, makes a disabled client, with one error.
   * @param options See {@linkcode PostHogOptions}.
   */
  new (apiKey: string | undefined, options?: PostHogOptions): PostHog;
  /** What every client has. */
  readonly prototype: PostHog;
}

/**
 * A PostHog client for the edge: the kernel with every feature. Building one does nothing: no I/O, no timer, no random
 * number, so it may stand at module scope. No method throws or rejects; what went wrong reaches `logger`, `onError`
 * and `on`.
 *
 * @example Capture and evaluate
 * ```ts
 * import { assert } from "@std/assert";
 * import { PostHog } from "edgehog";
 * import { createPostHogEmulator } from "edgehog/dev";
 *
 * const emulator = createPostHogEmulator();
 * const posthog = new PostHog("phc_x", { fetch: emulator.fetch });
 *
 * posthog.capture({ distinctId: "user-1", event: "signed up" });
 * const { delivered } = await posthog.flush();
 * await posthog.shutdown();
 *
 * assert(delivered === 1);
 * ```
 */
export const PostHog: PostHogClass = /* @__PURE__ */ createPostHog();

function createPostHog(): PostHogClass {
  const local = localEvaluation({ regex: regexOperators() });
  const flags = withSingleFlags(createFeatureFlags({ local }));
  const features = [
    flags,
    errorTracking(),
    olderOptions(),
    clientMethods(),
    eventMethods(),
  ];

  class Client extends compose(features) {
    /** Written out, since a bundler may rename the class. */
    static override readonly name = "PostHog";

    constructor(apiKey: string | undefined, options: PostHogOptions = {}) {
      super(new Kernel(apiKey, new OlderNamesReader(options), features));
    }
  }
  // The class has the verbs that the features name, which no declaration of it can say.
  return Client as unknown as PostHogClass;
}
