import { assertEquals } from "@std/assert";
import type { RequestScope } from "edgehog";
import { createClient, type KernelScope } from "edgehog/client";
import { createPostHogEmulator } from "edgehog/dev";
import { errorTracking } from "edgehog/error-tracking";
import { featureFlags } from "edgehog/feature-flags";
import {
  type HonoContextLike,
  posthogMiddleware,
  type PostHogVariables,
} from "edgehog/hono";
import { localEvaluation } from "edgehog/local-evaluation";
import { createTestClient } from "edgehog/testing";

const { fetch } = createPostHogEmulator();
const options = { fetch, disableSingletonWarning: true };

/** As Hono has it: a context knows the variables that the application declares. */
interface Context<Variables> extends HonoContextLike {
  readonly var: Readonly<Variables>;
}

/** What `app.use` of an application takes. */
interface App<Variables> {
  use(
    middleware: (
      c: Context<Variables>,
      next: () => Promise<void>,
    ) => Promise<Response | void>,
  ): void;
}

/** An application that declares these variables, and what its handlers see. */
function createApp<Variables>(): App<Variables> & { readonly seen: Variables } {
  return { use: () => {}, seen: { posthog: undefined } as Variables };
}

const kernel = createClient("phc_x", options);
const errors = createClient("phc_x", { ...options, use: [errorTracking()] });
const flags = createClient("phc_x", {
  ...options,
  use: [featureFlags({ local: localEvaluation() }), errorTracking()],
});
const { posthog: everything } = createTestClient();

Deno.test("the variable has the verbs of the client's features, and no others (EDGE-356)", () => {
  const ofKernel = createApp<PostHogVariables<typeof kernel>>();
  ofKernel.use(posthogMiddleware(kernel));
  ofKernel.seen.posthog satisfies KernelScope;
  // @ts-expect-error: exceptions are not tracked
  assertEquals(ofKernel.seen.posthog?.captureException, undefined);

  const ofErrors = createApp<PostHogVariables<typeof errors>>();
  ofErrors.use(posthogMiddleware(errors));
  ofErrors.seen.posthog?.captureException satisfies unknown;
  // @ts-expect-error: there are no flags
  assertEquals(ofErrors.seen.posthog?.evaluateFlags, undefined);

  const ofFlags = createApp<PostHogVariables<typeof flags>>();
  ofFlags.use(posthogMiddleware(flags));
  ofFlags.seen.posthog?.captureException satisfies unknown;
  ofFlags.seen.posthog?.evaluateFlags satisfies unknown;
  // @ts-expect-error: the methods for one flag are those of `PostHog`
  assertEquals(ofFlags.seen.posthog?.getFeatureFlag, undefined);

  const ofEverything = createApp<PostHogVariables>();
  ofEverything.use(posthogMiddleware(everything));
  ofEverything.seen.posthog satisfies RequestScope;
});

Deno.test("a variable that is declared with more than the client has does not compile (EDGE-356)", () => {
  // @ts-expect-error: there are no flags
  createApp<PostHogVariables>().use(posthogMiddleware(errors));
  createApp<PostHogVariables<typeof errors>>().use(
    // @ts-expect-error: exceptions are not tracked
    posthogMiddleware(kernel),
  );
  // Less may be declared, or nothing.
  createApp<PostHogVariables<typeof kernel>>().use(posthogMiddleware(flags));
  createApp<{ readonly user: string }>().use(posthogMiddleware(kernel));
});

Deno.test("plugins and init are typed by the client and by Hono's context (EDGE-356)", () => {
  type Env = PostHogVariables<typeof flags> & { readonly user: string };
  createApp<Env>().use(posthogMiddleware(flags, {
    init: (c: Context<Env>) => ({ distinctId: c.var.user }),
    plugins: [{
      name: "flags",
      onRequest: async (hog) => void await hog.evaluateFlags(),
    }],
  }));
  posthogMiddleware(errors, {
    plugins: [{
      name: "flags",
      // @ts-expect-error: there are no flags
      onRequest: async (hog) => void await hog.evaluateFlags(),
    }],
  });
});
