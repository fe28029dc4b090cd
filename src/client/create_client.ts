import { OptionReader } from "../options/reader.ts";
import type { KernelOptions } from "../options/types.ts";
import type { KernelClient } from "./client_types.ts";
import { compose } from "./compose.ts";
import type { Feature, FeatureTypes } from "./feature.ts";
import { Kernel } from "./kernel.ts";
import type { KernelScope } from "./scope_types.ts";

/** What a list of features adds to one of the types: all that its members add; nothing for an empty list. */
export type AddedBy<
  Features extends readonly Feature[],
  Name extends keyof FeatureTypes,
> = Features extends readonly [] ? unknown
  : Joined<NonNullable<Features[number]["~types"]>[Name]>;

/** All members of a union at once. */
export type Joined<Union> =
  (Union extends unknown ? (member: Union) => void : never) extends
    (member: infer All) => void ? All : never;

/** What a client with these features can be told. */
export type ClientOptions<Features extends readonly Feature[]> =
  & KernelOptions
  & AddedBy<Features, "options">
  & {
    /** The features of the client; each once. @default none */
    readonly use?: Features | undefined;
  };

/** The scope of a request, with the verbs of these features. */
export type ScopeOf<Features extends readonly Feature[]> =
  & KernelScope
  & AddedBy<Features, "verbs">;

/** A client with the verbs of these features. */
export type ClientOf<Features extends readonly Feature[]> =
  & KernelClient<ScopeOf<Features>>
  & AddedBy<Features, "verbs">
  & AddedBy<Features, "clientVerbs">;

/**
 * Makes a client of the kernel and the features that it is handed: an application carries what it uses. The kernel
 * captures, identifies, makes scopes, queues and delivers. Never throws: an option that can't be used is reported
 * and its default taken; so is one that no feature of this client takes, and a feature that is passed twice.
 *
 * @param apiKey The project token (`phc_…`). None, or a secret key in its place, makes a disabled client, with one error.
 * @param options See {@linkcode ClientOptions}: those of the kernel, and those of each feature.
 *
 * @example A client that captures, and evaluates flags
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createClient } from "edgehog/client";
 * import { createPostHogEmulator } from "edgehog/dev";
 * import { featureFlags } from "edgehog/feature-flags";
 *
 * const emulator = createPostHogEmulator();
 * const posthog = createClient("phc_x", { fetch: emulator.fetch, use: [featureFlags()] });
 *
 * const flags = await posthog.evaluateFlags("user-1");
 * posthog.capture({ distinctId: "user-1", event: "page viewed", flags });
 *
 * assertEquals(await posthog.flush(), { delivered: 1, dropped: 0, retained: 0 });
 * ```
 */
export function createClient<
  const Features extends readonly Feature[] = readonly [],
>(
  apiKey: string | undefined,
  options?: ClientOptions<Features>,
): ClientOf<Features> {
  const kernel = new Kernel(apiKey, new OptionReader(options));
  const Client = compose(kernel.features.list);
  // The class has the verbs that the features name, which no declaration of it can say.
  return new Client(kernel) as ClientOf<Features>;
}
