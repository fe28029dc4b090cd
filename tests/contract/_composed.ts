import type { PostHog, PostHogOptions } from "edgehog";
import type { Feature } from "edgehog/client";
import type { TestClientOptions, TestFlagOptions } from "edgehog/testing";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";

/**
 * The library with clients that `createClient` makes in the place of `PostHog`: the tests of a capability are the same
 * for them. `choose` says what they are made of, `takes` which of the kit's options about flags they take; what they
 * lack, the tests must not ask of them.
 */
export function compose(
  lib: ContractLibrary,
  choose: (lib: ContractLibrary) => readonly Feature[],
  takes: readonly (keyof TestFlagOptions)[] = [],
): ContractLibrary {
  const create = (apiKey: string | undefined, options?: PostHogOptions) => {
    const use = choose(lib);
    return lib.client.createClient(apiKey, { ...options, use }) as PostHog;
  };
  function Composed(apiKey: string | undefined, options?: PostHogOptions) {
    return create(apiKey, options);
  }
  return {
    ...lib,
    edgehog: {
      ...lib.edgehog,
      PostHog: Composed as unknown as typeof lib.edgehog.PostHog,
    },
    testing: {
      ...lib.testing,
      // Of its two forms the one without `use`: what the client is made of is chosen here.
      createTestClient:
        ((options?: TestClientOptions) =>
          lib.testing.createTestClientBy(
            (apiKey, given, flags) => {
              const taken = takes.map((name) => [name, flags[name]]);
              return create(apiKey, { ...given, ...Object.fromEntries(taken) });
            },
            options,
          )) as typeof lib.testing.createTestClient,
    },
  };
}

/** A runner whose tests say what they are about. */
export function prefix(t: ContractRunner, about: string): ContractRunner {
  return { test: (name, fn) => t.test(`${about}${name}`, fn) };
}
