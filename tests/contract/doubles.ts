import type { CaptureMessage, PostHog } from "edgehog";
import { assert, assertEquals } from "./_assert.ts";
import { createDouble, type Replace, WAYS } from "./_doubles.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";

const EVENT: CaptureMessage = { distinctId: "user-1", event: "paid" };

/** Any object, as a test double looks at it. */
type Methods = Record<string, (...args: unknown[]) => unknown>;

/** A method of each kind, with arguments that do no harm. */
const METHODS: readonly (readonly [name: string, ...args: unknown[]])[] = [
  ["capture", EVENT],
  ["captureImmediate", EVENT],
  ["captureException", new Error("fails"), "user-1"],
  ["identify", { distinctId: "user-1" }],
  ["evaluateFlags", "user-1"],
  ["isFeatureEnabled", "f", "user-1"],
  ["reloadFeatureFlags"],
  ["isLocalEvaluationReady"],
  ["flush"],
];

/** What the client has beside what a scope has, too. */
const CLIENT_METHODS: typeof METHODS = [
  ...METHODS,
  ["forRequest"],
  ["register", { plan: "pro" }],
  ["setBeforeSend", undefined],
  ["overrideFeatureFlags", false],
  ["on", "error", () => {}],
  ["optIn"],
  ["queuedEvents"],
];

/** What an application's tests put in place of methods, and what it derives from the client. */
export function doubles(t: ContractRunner, lib: ContractLibrary): void {
  onPrototype(t, lib);
  onInstance(t, lib);
  subclasses(t, lib);
}

function onPrototype(
  t: ContractRunner,
  { edgehog, testing }: ContractLibrary,
): void {
  const { prototype } = edgehog.PostHog;
  const create = () => testing.createTestClient().posthog as unknown as Methods;

  for (const [way, replace] of WAYS) {
    t.test(`a method of PostHog.prototype that is ${way} is what every client calls meanwhile`, async () => {
      for (const [name, ...args] of CLIENT_METHODS) {
        const [used, unused] = [create(), create()];
        await used[name]?.(...args);
        const { double, receivers } = createDouble();
        const undo = replace(prototype, name, double);
        let later: Methods;
        try {
          later = create();
          for (const client of [used, unused, later]) {
            assertEquals(client[name]?.(...args), "double", name);
          }
        } finally {
          undo();
        }
        const clients = [used, unused, later];
        assert(clients.every((one, at) => one === receivers[at]), name);
        for (const client of [...clients, create()]) {
          assert(await client[name]?.(...args) !== "double", name);
        }
        assertEquals(receivers.length, 3, name);
      }
    });

    t.test(`a method of PostHog.prototype that is ${way} can call the one it replaces`, () => {
      const [used, unused] = [
        testing.createTestClient(),
        testing.createTestClient(),
      ];
      used.posthog.capture(EVENT);
      const real = prototype.capture;
      let calls = 0;
      const undo = replace(
        prototype,
        "capture",
        function (this: PostHog, message: CaptureMessage) {
          calls++;
          return real.call(this, { ...message, event: "doubled" });
        },
      );
      try {
        for (const { posthog } of [used, unused, unused]) {
          assertEquals(typeof posthog.capture(EVENT), "string");
        }
      } finally {
        undo();
      }
      unused.posthog.capture(EVENT);
      const names = ({ posthog }: typeof used) =>
        posthog.queuedEvents().map(({ event }) => event);
      assertEquals([calls, names(used), names(unused)], [
        3,
        ["paid", "doubled"],
        ["doubled", "doubled", "paid"],
      ]);
    });
  }
}

function onInstance(
  t: ContractRunner,
  { testing }: ContractLibrary,
): void {
  const check = async (
    [one, other]: readonly [Methods, Methods],
    [name, ...args]: (typeof METHODS)[number],
    replace: Replace,
  ) => {
    const { double, receivers } = createDouble();
    const undo = replace(one, name, double);
    try {
      assertEquals(one[name]?.(...args), "double", name);
      assert(await other[name]?.(...args) !== "double", name);
      assert(receivers.length === 1 && receivers[0] === one, name);
    } finally {
      undo();
    }
    assert(await one[name]?.(...args) !== "double", name);
    assertEquals(receivers.length, 1, name);
  };

  for (const [way, replace] of WAYS) {
    t.test(`a method of one client that is ${way} is what is called on it, and on no other`, async () => {
      for (const isUsed of [false, true]) {
        for (const method of CLIENT_METHODS) {
          const [name, ...args] = method;
          const clients = [
            testing.createTestClient().posthog as unknown as Methods,
            testing.createTestClient().posthog as unknown as Methods,
          ] as const;
          if (isUsed) await clients[0][name]?.(...args);
          await check(clients, method, replace);
        }
      }
    });

    t.test(`a method of one scope that is ${way} is what is called on it, and on no other`, async () => {
      for (const isUsed of [false, true]) {
        for (const method of METHODS) {
          const [name, ...args] = method;
          const { posthog } = testing.createTestClient();
          const scopes = [
            posthog.forRequest() as unknown as Methods,
            posthog.forRequest() as unknown as Methods,
          ] as const;
          if (isUsed) await scopes[0][name]?.(...args);
          await check(scopes, method, replace);
        }
      }
    });
  }
}

function subclasses(
  t: ContractRunner,
  { edgehog, testing }: ContractLibrary,
): void {
  /** A client of that class, and the world around it. */
  const open = (Class: typeof PostHog) => {
    const { emulator, clock, logs } = testing.createTestClient();
    emulator.setFlags({
      flags: [{ key: "f", active: true, filters: { groups: [{}] } }],
    });
    const posthog = new Class("phc_test", {
      personalApiKey: "phx_test",
      fetch: emulator.fetch,
      now: clock.now,
      sleep: clock.sleep,
      disableCompression: true,
      disableSingletonWarning: true,
    });
    return { posthog, emulator, logs };
  };

  /** How often a subclass's own method was called. */
  let calls = 0;
  class Loud extends edgehog.PostHog {
    override capture(message: CaptureMessage): string | undefined {
      calls++;
      const { properties, ...rest } = message;
      return super.capture({
        ...rest,
        properties: { ...properties, loud: calls },
      });
    }
  }
  class Louder extends Loud {
    override capture(message: CaptureMessage): string | undefined {
      super.capture({ ...message, event: "about to" });
      return super.capture(message);
    }
    override async evaluateFlags(
      ...args: Parameters<PostHog["evaluateFlags"]>
    ): ReturnType<PostHog["evaluateFlags"]> {
      await super.evaluateFlags(...args);
      return await super.evaluateFlags(...args);
    }
  }

  t.test("a subclass overrides a method and calls the one it overrides, as often as it likes", async () => {
    calls = 0;
    const { posthog, emulator } = open(Loud);
    posthog.capture(EVENT);
    posthog.capture(EVENT);
    const louder = open(Louder);
    louder.posthog.capture(EVENT);
    louder.posthog.capture(EVENT);
    for (let round = 0; round < 2; round++) {
      const flags = await louder.posthog.evaluateFlags("user-1");
      assertEquals(flags.getFlag("f"), true);
    }
    await Promise.all([posthog.flush(), louder.posthog.flush()]);
    const list = (events: typeof emulator.events) =>
      events.filter(({ event }) => event !== "$feature_flag_called")
        .map(({ event, properties }) => [event, properties["loud"]]);
    assertEquals(list(emulator.events), [["paid", 1], ["paid", 2]]);
    assertEquals(list(louder.emulator.events), [
      ["about to", 3],
      ["paid", 4],
      ["about to", 5],
      ["paid", 6],
    ]);
    assert(posthog instanceof edgehog.PostHog, "is a PostHog");
  });

  t.test("a subclass's capture is what the application calls, and nothing else calls it", async () => {
    calls = 0;
    const { posthog, emulator } = open(Loud);
    const distinctId = "user-1";
    const hog = posthog.forRequest(undefined, undefined, { distinctId });
    await posthog.captureImmediate(EVENT);
    posthog.captureAi({ ...EVENT, event: "$ai_span" });
    posthog.captureException(new Error("fails"), distinctId);
    await posthog.captureExceptionImmediate(new Error("fails too"), distinctId);
    posthog.identify({ distinctId });
    posthog.alias({ distinctId, alias: "user-2" });
    posthog.groupIdentify({ groupType: "company", groupKey: "acme" });
    posthog.setPersonProperties({ distinctId, properties: { plan: "pro" } });
    (await posthog.evaluateFlags(distinctId)).isEnabled("f");
    hog.capture(EVENT);
    await posthog.enable();
    await posthog.flush();
    assertEquals([calls, emulator.events.length], [0, 10]);
    await posthog.shutdown();
    assertEquals(calls, 0);
  });
}
