import { assertEquals } from "@std/assert";
import { createClient } from "edgehog/client";
import {
  type EvaluationDetailsLike,
  exposureHook,
  type ExposureHookOptions,
  flagProperties,
  type HookContextLike,
} from "edgehog/openfeature";
import { createTestClient, createTestClientBy } from "edgehog/testing";

const CONTEXT: HookContextLike = {
  context: { targetingKey: "user-1" },
  providerMetadata: { name: "flagd" },
};

const DETAILS: EvaluationDetailsLike = {
  flagKey: "pricing",
  value: "annual",
  variant: "annual",
  reason: "SPLIT",
};

/** A hook on a client, by default with everything. */
function createHook(options?: ExposureHookOptions, debug = false) {
  const kit = createTestClient({ debug });
  return { ...kit, hook: exposureHook(kit.posthog, options) };
}

/** The responses that arrive for such details. */
async function respond(
  details: Partial<EvaluationDetailsLike>,
  context: HookContextLike = CONTEXT,
): Promise<unknown[]> {
  const { posthog, emulator, hook } = createHook();
  hook.after(context, { ...DETAILS, ...details });
  await posthog.flush();
  return emulator.events.map(({ properties }) =>
    properties["$feature_flag_response"]
  );
}

Deno.test("an evaluation becomes an exposure (EDGE-394)", async () => {
  const { posthog, emulator, hook } = createHook();
  hook.after({
    ...CONTEXT,
    context: { targetingKey: "user-1", groups: { company: "acme" } },
  }, DETAILS);
  await posthog.flush();
  const [{ event, distinctId, properties } = {}] = emulator.events;
  assertEquals([event, distinctId], ["$feature_flag_called", "user-1"]);
  assertEquals(
    Object.entries(properties ?? {})
      .filter(([name]) => /feature|locally|groups/.test(name)).sort(),
    [
      ["$feature/pricing", "annual"],
      ["$feature_flag", "pricing"],
      ["$feature_flag_provider", "flagd"],
      ["$feature_flag_reason", "SPLIT"],
      ["$feature_flag_response", "annual"],
      ["$groups", { company: "acme" }],
      ["locally_evaluated", false],
    ],
  );
});

/** What is captured of a value. */
const RESPONSES: readonly (readonly [
  details: Partial<EvaluationDetailsLike>,
  responses: readonly unknown[],
])[] = [
  [{ variant: "on", value: true }, ["on"]],
  [{ variant: undefined, value: true }, [true]],
  [{ variant: undefined, value: false }, [false]],
  [{ variant: undefined, value: "annual" }, ["annual"]],
  [{ variant: "seven", value: 7 }, ["seven"]],
  [{ variant: undefined, value: 7 }, []],
  [{ variant: undefined, value: { a: 1 } }, []],
  [{ variant: undefined, value: null }, []],
  [{ reason: "STATIC" }, ["annual"]],
  [{ reason: undefined }, ["annual"]],
  [{ errorCode: "GENERAL" }, []],
  [{ reason: "ERROR" }, []],
  [{ reason: "DEFAULT" }, []],
];

for (const [details, responses] of RESPONSES) {
  Deno.test(`of ${JSON.stringify(details)} ${responses.length} is captured, and made a property (EDGE-394, EDGE-395, EDGE-397)`, async () => {
    assertEquals(await respond(details), responses);
    assertEquals(
      Object.entries(flagProperties({ ...DETAILS, ...details })),
      responses.map((response) => ["$feature/pricing", response]),
    );
  });
}

Deno.test("a value that is neither text nor boolean gives a debug line (EDGE-394)", () => {
  const { hook, logs } = createHook({}, true);
  hook.after(CONTEXT, { flagKey: "size", value: 7 });
  assertEquals(logs.map(({ level, message }) => `${level} ${message}`), [
    'debug The exposure of the flag "size" is not captured: its value is no boolean and no text',
  ]);
});

Deno.test("without a person, or by a provider of PostHog's, nothing is captured (EDGE-395)", async () => {
  for (const targetingKey of [undefined, "", " "]) {
    assertEquals(
      await respond({}, { ...CONTEXT, context: { targetingKey } }),
      [],
    );
  }
  for (const name of ["PostHog", "PostHogServerProvider"]) {
    assertEquals(
      await respond({}, { ...CONTEXT, providerMetadata: { name } }),
      [],
    );
  }
});

Deno.test("distinctId names the person, include the flags (EDGE-394, EDGE-395)", async () => {
  const { posthog, emulator, hook } = createHook({
    distinctId: ({ user }) => user as string,
    include: (key) => key !== "other",
  });
  hook.after({ ...CONTEXT, context: { user: "user-2" } }, DETAILS);
  hook.after(CONTEXT, DETAILS);
  hook.after(CONTEXT, { ...DETAILS, flagKey: "other" });
  await posthog.flush();
  assertEquals(emulator.events.map(({ distinctId }) => distinctId), [
    "user-2",
    "user-1",
  ]);
});

/** Calls the hook for what is the same twice, and for what differs in one thing. */
function expose(hook: ReturnType<typeof exposureHook>): void {
  for (let time = 0; time < 2; time++) {
    hook.after(CONTEXT, DETAILS);
    hook.after({ ...CONTEXT, context: { targetingKey: "user-2" } }, DETAILS);
    hook.after(CONTEXT, { ...DETAILS, variant: "monthly" });
    hook.after(CONTEXT, { ...DETAILS, flagKey: "other" });
    hook.after({ ...CONTEXT, providerMetadata: { name: "other" } }, DETAILS);
    hook.after({
      ...CONTEXT,
      context: { targetingKey: "user-1", groups: { company: "acme" } },
    }, DETAILS);
  }
}

Deno.test("person, key and value are captured once, as the client's own flags are (EDGE-394)", async () => {
  const { posthog, emulator, hook } = createHook();
  expose(hook);
  // Another hook of the client: the memory is the client's.
  expose(exposureHook(posthog));
  await posthog.flush();
  assertEquals(emulator.events.length, 6);
});

Deno.test("a client without feature flags captures once, too (EDGE-394)", async () => {
  const { posthog, emulator } = createTestClientBy((apiKey, options) =>
    createClient(apiKey, options)
  );
  expose(exposureHook(posthog));
  await posthog.flush();
  assertEquals(emulator.events.length, 6);
});

Deno.test("the hook returns nothing, changes no context and never throws (EDGE-396)", async (t) => {
  const fail = () => {
    throw new Error("no");
  };
  const unreadable = new Proxy({}, { get: fail, ownKeys: fail });
  const contexts: unknown[] = [
    undefined,
    null,
    7,
    {},
    unreadable,
    CONTEXT,
    { ...CONTEXT, context: unreadable },
    { ...CONTEXT, context: undefined },
    { ...CONTEXT, providerMetadata: null },
    { ...CONTEXT, providerMetadata: { name: Symbol("flagd") } },
    { ...CONTEXT, context: { targetingKey: "user-1", groups: unreadable } },
    { ...CONTEXT, context: { targetingKey: "user-1", groups: { a: 1n } } },
  ];
  const details: unknown[] = [undefined, null, 7, {}, unreadable, DETAILS];
  const options: ExposureHookOptions[] = [
    {},
    { distinctId: fail },
    { include: fail },
    { distinctId: (() => 7n) as never, include: (() => "no") as never },
  ];
  for (const [index, given] of options.entries()) {
    await t.step(`options ${index}`, () => {
      const { hook, errors } = createHook(given);
      for (const context of contexts) {
        for (const detail of details) {
          const result: unknown = hook.after(
            context as HookContextLike,
            detail as EvaluationDetailsLike,
          );
          assertEquals(result, undefined);
        }
      }
      for (const { code } of errors) assertEquals(code, "callback");
    });
  }
  await t.step("frozen", () => {
    const { hook } = createHook();
    const context = Object.freeze({ targetingKey: "user-1" });
    hook.after(Object.freeze({ ...CONTEXT, context }), Object.freeze(DETAILS));
    assertEquals(context, { targetingKey: "user-1" });
  });
  for (const client of [undefined, null, {}, 7]) {
    await t.step(`${client} for a client`, () => {
      exposureHook(client as never).after(CONTEXT, DETAILS);
    });
  }
});
