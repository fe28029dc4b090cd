import { assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { CAPTURE_PATH } from "../_kit/capture_paths.ts";

const circular: Record<string, unknown> = { name: "loop" };
circular["self"] = circular;

const throwingGetter = {
  get secret(): string {
    throw new Error("hands off");
  },
};

/** Bad input, bad callbacks, bad servers: one clear report each, no exception, and later events still go out. */
export function hostile(t: ContractRunner, { testing }: ContractLibrary): void {
  const { createTestClient } = testing;

  for (const event of ["", "   ", undefined, 5]) {
    t.test(`the event name ${JSON.stringify(event)} is refused with one warning (CAP-022)`, async () => {
      const warnings: string[] = [];
      const { posthog, emulator } = createTestClient();
      posthog.on("warning", (message) => warnings.push(message));
      assertEquals(
        posthog.capture({ distinctId: "user-1", event: event as string }),
        undefined,
      );
      assertEquals(warnings.length, 1);
      posthog.capture({ distinctId: "user-1", event: "next" });
      await posthog.flush();
      assertEquals(emulator.events.map((received) => received.event), ["next"]);
    });
  }

  for (const message of [undefined, null, "paid", 5, []]) {
    t.test(`capture(${JSON.stringify(message)}) is refused with one warning (CAP-023)`, () => {
      const warnings: string[] = [];
      const { posthog } = createTestClient();
      posthog.on("warning", (warning) => warnings.push(warning));
      assertEquals(posthog.capture(message as never), undefined);
      assertEquals([warnings.length, posthog.queueSize], [1, 0]);
    });
  }

  const rows: readonly [
    name: string,
    properties: Record<string, unknown>,
    expected: unknown,
  ][] = [
    ["a circular property", { circular }, {
      circular: { name: "loop", self: "[Circular]" },
    }],
    ["a BigInt", { big: 9007199254740993n }, { big: "9007199254740993" }],
    ["a throwing getter", { inner: throwingGetter }, {
      inner: { secret: "[Unserializable]" },
    }],
  ];
  for (const [name, properties, expected] of rows) {
    t.test(`${name} is sent in a form that JSON has, with one warning (CAP-043, CAP-045, CAP-048)`, async () => {
      const warnings: string[] = [];
      const { posthog, emulator } = createTestClient();
      posthog.on("warning", (warning) => warnings.push(warning));
      posthog.capture({ distinctId: "user-1", event: "paid", properties });
      posthog.capture({ distinctId: "user-1", event: "paid", properties });
      assertEquals([warnings.length, warnings[0]?.includes("'paid'")], [
        1,
        true,
      ]);
      await posthog.flush();
      assertEquals(emulator.events.length, 2);
      const [key] = Object.keys(properties);
      assertEquals(
        { [key ?? ""]: emulator.events[0]?.properties[key ?? ""] },
        expected,
      );
    });
  }

  t.test("a message that can't be read is one report, and the next event goes out (CAP-298)", async () => {
    const errors: { name: string }[] = [];
    const { posthog, emulator } = createTestClient({
      onError: (error) => errors.push(error),
    });
    const message = {
      distinctId: "user-1",
      get event(): string {
        throw new Error("no");
      },
    };
    assertEquals(posthog.capture(message), undefined);
    assertEquals(await posthog.captureImmediate(message), undefined);
    assertEquals(errors.map(({ name }) => name), [
      "CallbackError",
      "CallbackError",
    ]);
    posthog.capture({ distinctId: "user-1", event: "next" });
    await posthog.flush();
    assertEquals(emulator.events.length, 1);
  });

  t.test("a request, a context and scope options that can't be read are one report and a scope that works (CAP-298)", async () => {
    const refuse = () => {
      throw new Error("no");
    };
    const hostile = new Proxy({}, { get: refuse, ownKeys: refuse });
    const { posthog, emulator, errors } = createTestClient();
    for (
      const args of [[hostile], [{}, hostile], [{}, {}, hostile]]
    ) {
      const hog = posthog.forRequest(...args);
      hog.capture({ distinctId: "user-1", event: "paid" });
      assertEquals([hog.properties, hog.sessionId], [{}, undefined]);
      await hog.flush();
    }
    assertEquals(emulator.events.length, 3);
    // A request's own members are hints, and never worth an error.
    assertEquals(errors.map(({ code }) => code), ["callback", "callback"]);
  });

  t.test("flag options that can't be read are one report and an empty snapshot (CAP-298)", async () => {
    const errors: { name: string }[] = [];
    const { posthog } = createTestClient({
      flags: { "new-nav": true },
      onError: (error) => errors.push(error),
    });
    const options = {
      get flagKeys(): string[] {
        throw new Error("no");
      },
    };
    const snapshot = await posthog.evaluateFlags("user-1", options);
    assertEquals([snapshot.keys, snapshot.isEnabled("new-nav")], [[], false]);
    assertEquals(errors.map(({ name }) => name), ["CallbackError"]);
  });

  t.test("a throwing beforeSend drops its event with one report, and no other (CAP-093)", async () => {
    const errors: { name: string }[] = [];
    const { posthog, emulator } = createTestClient({
      onError: (error) => errors.push(error),
      beforeSend: (event) => {
        if (event.event === "bad") throw new Error("scrubber");
        return event;
      },
    });
    assertEquals(
      posthog.capture({ distinctId: "user-1", event: "bad" }),
      undefined,
    );
    posthog.capture({ distinctId: "user-1", event: "good" });
    await posthog.flush();
    assertEquals([
      emulator.events.map(({ event }) => event),
      errors.map(({ name }) => name),
    ], [["good"], [
      "CallbackError",
    ]]);
  });

  t.test("callbacks that throw stop nothing (CAP-295)", async () => {
    const fail = () => {
      throw new Error("mine");
    };
    const { posthog, emulator } = createTestClient({
      onError: fail,
      logger: { debug: fail, info: fail, warn: fail, error: fail },
      fetchRetryCount: 0,
    });
    posthog.on("flush", fail);
    posthog.on("drop", fail);
    emulator.failNext({ path: CAPTURE_PATH, status: 400 });
    posthog.capture({ distinctId: "user-1", event: "lost" });
    await posthog.flush();
    posthog.capture({ distinctId: "user-1", event: "next" });
    assertEquals((await posthog.flush()).delivered, 1);
  });

  t.test("no message or error holds the key or a property's value (CAP-294)", async () => {
    const texts: string[] = [];
    const log = (message: string) => void texts.push(message);
    const { posthog, emulator, clock } = createTestClient({
      debug: true,
      fetchRetryCount: 1,
      logger: { debug: log, info: log, warn: log, error: log },
      onError: (error) => texts.push(`${error.message} ${error.cause}`),
    });
    emulator.failNext({ path: CAPTURE_PATH, status: 503, times: 2 });
    posthog.capture({
      distinctId: "user-1",
      event: "paid",
      properties: { canary: "canary-value" },
      timestamp: "bad",
    });
    const flushed = posthog.flush();
    await clock.advance(60_000);
    await flushed;
    emulator.failNext({ path: CAPTURE_PATH, drop: "connection" });
    const second = posthog.flush();
    await clock.advance(60_000);
    await second;
    const token =
      emulator.requests[0]?.headers["authorization"]?.slice("Bearer ".length) ??
        "";
    assertEquals([token.length > 3, texts.length > 1], [true, true]);
    assertEquals(
      texts.filter((text) =>
        text.includes(token) || text.includes("canary-value")
      ),
      [],
    );
  });
}
