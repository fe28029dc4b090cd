import type {
  ConfigError,
  ExecutionContextLike,
  PostHogOptions,
  RequestScope,
} from "edgehog";
import type { Feature } from "edgehog/client";
import { assert, assertEquals } from "./_assert.ts";
import { compose, prefix } from "./_composed.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";

/** Verbs of each feature, on clients and scopes. */
const FLAG_VERBS = [
  "evaluateFlags",
  "getRemoteConfigPayload",
  "reloadFeatureFlags",
  "setPersonPropertiesForFlags",
];
const ERROR_VERBS = ["captureException", "captureExceptionImmediate"];
const SINGLE_FLAG_VERBS = ["isFeatureEnabled", "getFeatureFlag", "getAllFlags"];

/** Clients of less than everything, and what a client says of features that it can't use. */
export function compositions(t: ContractRunner, lib: ContractLibrary): void {
  const { featureFlags, localEvaluation, errorTracking } = lib;
  captureOnly(prefix(t, "createClient: "), compose(lib, () => []));
  remoteFlags(
    prefix(t, "createClient with flags: "),
    compose(lib, () => [featureFlags.featureFlags()], ["personalApiKey"]),
  );
  localFlags(
    prefix(t, "createClient with local evaluation: "),
    compose(lib, () => [
      featureFlags.featureFlags({ local: localEvaluation.localEvaluation() }),
    ], ["personalApiKey", "hasher"]),
  );
  exceptionsOnly(
    prefix(t, "createClient with error tracking: "),
    compose(lib, () => [errorTracking.errorTracking()]),
  );
  apart(t, lib);
  refusals(t, lib);
}

/** Which of the names an object has. */
function verbsOf(object: object, names: readonly string[]): readonly string[] {
  return names.filter((name) => name in object);
}

function captureOnly(
  t: ContractRunner,
  { testing, client }: ContractLibrary,
): void {
  t.test("captures, identifies and delivers by client and scope", async () => {
    const { posthog, emulator, errors } = testing.createTestClient();
    const pending: Promise<unknown>[] = [];
    const ctx = {
      waitUntil: (promise: Promise<unknown>) => void pending.push(promise),
    };
    const request = new Request("https://shop.example/cart");
    const hog = posthog.forRequest(request, ctx, { distinctId: "user-1" });
    hog.capture({ event: "viewed" });
    hog.identify({ properties: { plan: "pro" } });
    posthog.capture({ distinctId: "user-2", event: "paid" });
    await Promise.all(pending);
    await posthog.flush();
    assertEquals(
      emulator.events.map(({ event, distinctId }) => [event, distinctId])
        .sort(),
      [["$identify", "user-1"], ["paid", "user-2"], ["viewed", "user-1"]],
    );
    assertEquals(errors, []);
    await posthog.shutdown();
    assertEquals(posthog.capture({ event: "late" }), undefined);
  });

  t.test("has the verbs of no feature", () => {
    const { posthog } = testing.createTestClient();
    const names = [...FLAG_VERBS, ...ERROR_VERBS, ...SINGLE_FLAG_VERBS];
    names.push("overrideFeatureFlags", "isLocalEvaluationReady");
    assertEquals(verbsOf(posthog, names), []);
    assertEquals(verbsOf(posthog.forRequest(), names), []);
  });

  t.test("withPostHog() makes scopes, and lets errors through uncaptured", async () => {
    const { posthog, emulator } = testing.createTestClient();
    const pending: Promise<unknown>[] = [];
    const ctx = {
      waitUntil: (promise: Promise<unknown>) => void pending.push(promise),
    };
    const handler = client.withPostHog(
      posthog,
      (fails: boolean, _ctx: ExecutionContextLike, hog: RequestScope) => {
        hog.capture({ event: "viewed" });
        if (fails) throw new TypeError("no");
        return "ok";
      },
    );
    assertEquals(await handler(false, ctx), "ok");
    const thrown = await handler(true, ctx).catch((error) => error);
    assert(thrown instanceof TypeError, "the handler's own error");
    await Promise.all(pending);
    assertEquals(emulator.events.map(({ event }) => event), [
      "viewed",
      "viewed",
    ]);
  });

  t.test("an event that asks for flags is sent without, with one warning", async () => {
    const { posthog, emulator, logs } = testing.createTestClient();
    for (const event of ["a", "b"]) {
      posthog.capture({ distinctId: "user-1", event, sendFeatureFlags: true });
    }
    await posthog.flush();
    assertEquals(emulator.events.length, 2);
    assertEquals(
      logs.filter(({ level }) => level === "warn").map(({ message }) =>
        message
      ),
      ["Cannot use 'sendFeatureFlags': no feature of this client evaluates flags"],
    );
  });
}

function remoteFlags(t: ContractRunner, { testing }: ContractLibrary): void {
  const open = () => testing.createTestClient({ flags: { f: true } });

  t.test("asks PostHog for flags, and captures what was read", async () => {
    const { posthog, emulator, errors } = open();
    const hog = posthog.forRequest(undefined, undefined, {
      distinctId: "user-1",
    });
    const flags = await hog.evaluateFlags();
    assertEquals(flags.isEnabled("f"), true);
    hog.capture({ event: "viewed", flags });
    await posthog.flush();
    assertEquals(emulator.requests[0]?.path, "/flags");
    assertEquals(
      emulator.events.map(({ event, properties }) => [
        event,
        properties["$feature/f"],
      ]).sort(),
      [["$feature_flag_called", true], ["viewed", true]],
    );
    assertEquals(posthog.isLocalEvaluationReady(), false);
    assertEquals(await posthog.waitForLocalEvaluationReady(10), false);
    await posthog.reloadFeatureFlags();
    assertEquals(
      emulator.requests.filter(({ path }) => path === "/flags/definitions"),
      [],
    );
    assertEquals(errors, []);
  });

  t.test("sends the flags of an event that asks for them", async () => {
    const { posthog, emulator, clock } = open();
    posthog.capture({
      distinctId: "user-1",
      event: "a",
      sendFeatureFlags: true,
    });
    const flushed = posthog.flush();
    await clock.advance(1000);
    await flushed;
    assertEquals(emulator.events[0]?.properties["$feature/f"], true);
  });

  t.test("overrides answer, and neither single-flag methods nor exceptions are there", async () => {
    const { posthog } = open();
    posthog.overrideFeatureFlags({ f: "forced" });
    assertEquals(
      (await posthog.evaluateFlags("user-1", { flagKeys: ["f"] })).getFlag("f"),
      "forced",
    );
    assertEquals(
      verbsOf(posthog, [...ERROR_VERBS, ...SINGLE_FLAG_VERBS]),
      [],
    );
  });
}

function localFlags(t: ContractRunner, { testing }: ContractLibrary): void {
  const by = (operator: string, value: unknown) => ({
    key: "f",
    active: true,
    filters: {
      groups: [{
        properties: [{ key: "mail", type: "person", operator, value }],
      }],
    },
  });
  const evaluate = async (definition: object) => {
    const { posthog, emulator } = testing.createTestClient({
      flags: { flags: [definition] } as never,
    });
    const flags = await posthog.evaluateFlags("user-1", {
      personProperties: { mail: "a@shop.example" },
    });
    return [
      flags.getFlag("f"),
      emulator.requests.map(({ path }) => path),
    ];
  };

  t.test("decides from definitions, without a request each", async () => {
    assertEquals(await evaluate(by("icontains", "@shop.")), [
      true,
      ["/flags/definitions"],
    ]);
  });

  t.test("asks PostHog about a regular expression", async () => {
    assertEquals(await evaluate(by("regex", "^a@shop")), [
      true,
      ["/flags/definitions", "/flags"],
    ]);
  });
}

function exceptionsOnly(
  t: ContractRunner,
  { testing, client }: ContractLibrary,
): void {
  t.test("captures exceptions, and what escapes a handler", async () => {
    const { posthog, emulator } = testing.createTestClient();
    posthog.captureException(new RangeError("by hand"), "user-1");
    await posthog.flush();
    const pending: Promise<unknown>[] = [];
    const ctx = {
      waitUntil: (promise: Promise<unknown>) => void pending.push(promise),
    };
    const handler = client.withPostHog(
      posthog,
      (_request: object, _ctx: ExecutionContextLike, _hog: RequestScope) => {
        throw new TypeError("escaped");
      },
    );
    await handler({}, ctx).catch(() => {});
    await Promise.all(pending);
    assertEquals(
      emulator.events.map(({ properties }) => properties["$exception_type"]),
      ["RangeError", "TypeError"],
    );
    assertEquals(verbsOf(posthog, FLAG_VERBS), []);
  });
}

function apart(
  t: ContractRunner,
  { client, edgehog, featureFlags, errorTracking, dev }: ContractLibrary,
): void {
  t.test("clients of one process share no verb but the kernel's", () => {
    const { fetch } = dev.createPostHogEmulator();
    const options = { fetch, disableSingletonWarning: true };
    const clients = [
      new edgehog.PostHog("phc_x", options),
      client.createClient("phc_x", options),
      client.createClient("phc_x", {
        ...options,
        use: [featureFlags.featureFlags()],
      }),
      client.createClient("phc_x", {
        ...options,
        use: [errorTracking.errorTracking()],
      }),
    ];
    const names = ["capture", "evaluateFlags", "captureException"];
    const expected = [
      names,
      ["capture"],
      ["capture", "evaluateFlags"],
      ["capture", "captureException"],
    ];
    assertEquals(clients.map((posthog) => verbsOf(posthog, names)), expected);
    assertEquals(
      clients.map((posthog) => verbsOf(posthog.forRequest(), names)),
      expected,
    );
  });

  t.test("a feature may be handed to several clients, each with a state of its own", async () => {
    const feature = featureFlags.featureFlags();
    const emulators = [true, "b"].map((value) =>
      dev.createPostHogEmulator({
        flags: {
          flags: [{
            key: "f",
            active: true,
            filters: {
              groups: [{ variant: String(value) }],
              multivariate: {
                variants: [{ key: String(value), "rollout_percentage": 100 }],
              },
            },
          }],
        },
      })
    );
    const values = await Promise.all(emulators.map(async ({ fetch }) => {
      const posthog = client.createClient("phc_x", {
        fetch,
        disableSingletonWarning: true,
        use: [feature],
      });
      return (await posthog.evaluateFlags("user-1")).getFlag("f");
    }));
    assertEquals(values, ["true", "b"]);
  });

  t.test("a feature prints no key, whoever uses it", () => {
    const feature = featureFlags.featureFlags();
    client.createClient("phc_canary", {
      personalApiKey: "phx_canary",
      disableSingletonWarning: true,
      use: [feature],
    }).forRequest();
    assert(!JSON.stringify(feature).includes("canary"), "a key");
  });
}

function refusals(t: ContractRunner, lib: ContractLibrary): void {
  /** The options that a client refuses, and its lines about them. */
  const refuse = (options: object): readonly string[] => {
    const lines: string[] = [];
    const log = (message: string) => void lines.push(message);
    const errors: ConfigError[] = [];
    lib.client.createClient("phc_x", {
      logger: { debug: log, info: log, warn: log, error: log },
      onError: (error: unknown) => void errors.push(error as ConfigError),
      disableSingletonWarning: true,
      ...options,
    } as PostHogOptions);
    assertEquals(errors.map(({ message }) => message), lines);
    assertEquals(errors.map(({ code }) => code), lines.map(() => "config"));
    return lines;
  };

  t.test("an option of an absent feature is told", () => {
    assertEquals(
      refuse({ personalApiKey: "phx_x", inAppInclude: ["app"], flushAt: 5 }),
      [
        "Cannot use option 'personalApiKey': no feature of this client takes it",
        "Cannot use option 'inAppInclude': no feature of this client takes it",
      ],
    );
    const use = [lib.featureFlags.featureFlags()];
    assertEquals(refuse({ personalApiKey: "phx_x", use }), []);
    assertEquals(refuse({ featureFlagsPollingInterval: 1000, use }), [
      "Cannot use option 'featureFlagsPollingInterval': no feature of this client takes it",
    ]);
  });

  t.test("a feature that is passed twice is told, and used once", () => {
    const { errorTracking } = lib.errorTracking;
    assertEquals(refuse({ use: [errorTracking(), errorTracking()] }), [
      "Cannot use option 'use': the feature 'errorTracking' is passed twice",
    ]);
  });

  t.test("what is no feature, or throws, is told and absent; the rest works", async () => {
    const { fetch, events } = lib.dev.createPostHogEmulator();
    const errors: unknown[] = [];
    const fails = () => {
      throw new Error("no");
    };
    const verbs = ["shout"];
    const use = [
      undefined,
      { name: "incomplete" },
      { name: "checks", verbs: ["check"], check: fails, make: fails },
      { name: "makes", verbs, check: () => ({}), make: fails },
      lib.errorTracking.errorTracking(),
    ];
    const posthog = lib.client.createClient("phc_x", {
      fetch,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      onError: (error: { readonly code: string }) =>
        void errors.push(error.code),
      disableSingletonWarning: true,
      use: use as unknown as readonly Feature[],
    }) as unknown as Record<string, (...args: unknown[]) => unknown>;
    assertEquals(errors, ["config", "config", "config"]);
    assertEquals("check" in posthog, false);
    assertEquals([posthog["shout"]?.(), posthog["shout"]?.()], [
      undefined,
      undefined,
    ]);
    assertEquals(errors.length, 4);
    posthog["captureException"]?.(new Error("fails"), "user-1");
    await posthog["flush"]?.();
    assertEquals(events.length, 1);
  });

  t.test("a verb that throws or rejects is one report and a neutral answer (CAP-298)", async () => {
    const errors: string[] = [];
    const feature = {
      name: "hostile",
      verbs: ["now", "later", "good"],
      check: () => ({}),
      make: () => ({
        verbs: {
          now() {
            throw new Error("secret value");
          },
          later: () => Promise.reject(new Error("secret value")),
          good: (_caller: unknown, value: unknown) => value,
        },
        neutral: { later: () => 7 },
      }),
    };
    const posthog = lib.client.createClient("phc_x", {
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      onError: ({ name, message }) => void errors.push(`${name} ${message}`),
      disableSingletonWarning: true,
      use: [feature],
    }) as unknown as Record<string, (...args: unknown[]) => unknown>;
    const answer = {};
    assertEquals(
      [posthog["now"]?.(), await posthog["later"]?.()],
      [undefined, 7],
    );
    assert(posthog["good"]?.(answer) === answer, "the verb's own answer");
    assertEquals(errors, [
      "CallbackError Cannot complete 'now': unexpected failure in now()",
      "CallbackError Cannot complete 'later': unexpected failure in later()",
    ]);
  });
}
