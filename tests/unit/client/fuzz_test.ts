import { assertEquals } from "@std/assert";
import { fromEnv, PostHog } from "edgehog";
import {
  createFakeClock,
  createTestClient,
  type PlannedFault,
} from "edgehog/testing";
import fc from "fast-check";
import { CANARY } from "../../_kit/redaction/leaks.ts";
import { anything, createMessage, release } from "./_hostile.ts";
import { CAPTURE_PATH } from "../../_kit/capture_paths.ts";

/** The members that the methods read. */
const message = createMessage([
  "event",
  "distinctId",
  "properties",
  "propertiesOnce",
  "groups",
  "flags",
  "timestamp",
  "uuid",
  "messageId",
  "disableGeoip",
  "alias",
  "groupType",
  "groupKey",
  "flagKeys",
  "personProperties",
  "groupProperties",
  "sessionId",
  "waitUntil",
  "ip",
  "ipHeaders",
  "headers",
  "url",
]);

/** A method of the client or of a scope, and what to call it with. */
const call = fc.record({
  pick: fc.noBias(fc.nat()),
  args: fc.array(fc.oneof(anything, message, fc.constant("drop")), {
    maxLength: 4,
  }),
});

type Method = readonly [name: string, (...args: unknown[]) => unknown];

/** Every public method, of the client and of a scope of it. */
function listMethods(posthog: PostHog): Method[] {
  const pending: unknown[] = [];
  const ctx = { waitUntil: (promise: unknown) => void pending.push(promise) };
  const scope = posthog.forRequest({ url: "https://a.example/" }, ctx);
  return [
    ...methodsOf(posthog, "client"),
    ...methodsOf(scope, "scope"),
  ];
}

/** What stands on an object's prototypes, symbols included. */
function methodsOf(owner: object, kind: string): Method[] {
  const keys: PropertyKey[] = [];
  for (
    let prototype = Object.getPrototypeOf(owner);
    prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) keys.push(...Reflect.ownKeys(prototype));
  return keys.flatMap((key): Method[] => {
    const value = key === "constructor" ? undefined : Reflect.get(owner, key);
    return typeof value === "function"
      ? [[`${kind}.${String(key)}`, value]]
      : [];
  });
}

Deno.test("no public method throws or rejects, whatever it is given (CAP-298)", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 40 }), async (calls) => {
      const { posthog, clock } = createTestClient({ flags: { a: true } });
      const methods = listMethods(posthog);
      const failures: string[] = [];
      for (const { pick, args } of calls) {
        const [name, method] = methods[pick % methods.length] ?? ["", () => {}];
        seen.add(name);
        const values = args.map(release);
        // What a function of the application's throws here is the application's.
        if (
          name.endsWith(".withContext") && typeof values[1] === "function"
        ) {
          values[1] = () => {};
        }
        try {
          const result = method(...values);
          // Not `await`: what waits for the clock may take its time.
          if (result instanceof Promise) {
            result.catch((error) => failures.push(`${name} rejects: ${error}`));
          }
        } catch (error) {
          failures.push(`${name} throws: ${error}`);
        }
      }
      const closed = posthog.shutdown();
      await clock.advance(60_000);
      await closed;
      assertEquals(failures, []);
    }),
    { numRuns: 300 },
  );
  assertEquals(seen.size, listMethods(createTestClient().posthog).length);
});

const options = createMessage([
  "host",
  "captureMode",
  "flushAt",
  "beforeSend",
  "logger",
  "onError",
  "now",
  "sleep",
  "random",
  "hasher",
  "transport",
  "waitUntil",
  "evaluationContexts",
  "inAppInclude",
  "projectTimezone",
  "flagDefinitionCache",
  "personalApiKey",
  "disableGeoip",
]);

Deno.test("new PostHog() and fromEnv() never throw, whatever they are given (CAP-298)", async () => {
  const { warn, error } = console;
  // Without a usable logger, what is wrong with the options goes to the console.
  Object.assign(console, { warn() {}, error() {} });
  try {
    fc.assert(
      fc.property(anything, fc.oneof(anything, options), (key, given) => {
        const value = release(given) as object;
        new PostHog(release(key) as string, value);
        fromEnv(value);
      }),
      { numRuns: 500 },
    );
    // Callbacks that return a rejection are complained about a little later.
    await createFakeClock().settle();
  } finally {
    Object.assign(console, { warn, error });
  }
});

const FAULTS: readonly PlannedFault[] = [
  { path: CAPTURE_PATH, status: 400 },
  { path: CAPTURE_PATH, status: 503, times: 9 },
  { path: CAPTURE_PATH, drop: "connection" },
  { path: CAPTURE_PATH, delayMs: 60_000 },
];

/** Values of a message, each holding the canary. */
const secret = fc.oneof(
  fc.string().map((text) => `${text}${CANARY}`),
  fc.constant({ nested: [CANARY, new Error(CANARY), 10n] }),
  fc.constant({
    toJSON() {
      throw new Error("no");
    },
    note: CANARY,
  }),
);

const secretMessage = fc.record({
  distinctId: secret,
  properties: fc.oneof(secret, fc.dictionary(fc.string(), secret)),
  propertiesOnce: secret,
  groups: fc.oneof(secret, fc.dictionary(fc.string(), secret)),
  flags: secret,
  timestamp: secret,
  uuid: secret,
  messageId: secret,
  disableGeoip: secret,
  alias: secret,
  groupKey: secret,
}, { requiredKeys: [] });

const fault = fc.constantFrom(...FAULTS);

Deno.test("no message or error holds more of a call than the event's name (CAP-294)", async () => {
  await fc.assert(
    fc.asyncProperty(secretMessage, fault, async (given, planned) => {
      const { posthog, emulator, clock, logs, errors } = createTestClient({
        debug: true,
        fetchRetryCount: 1,
        maxQueueSize: 3,
      });
      emulator.failNext(planned);
      const text = { event: "paid", groupType: "company", ...given } as never;
      posthog.register(text);
      posthog.capture(text);
      posthog.identify(text);
      posthog.alias(text);
      posthog.groupIdentify(text);
      posthog.setPersonProperties(text);
      posthog.setBeforeSend(() => CANARY as never);
      posthog.capture(text);
      const closed = posthog.shutdown();
      await clock.advance(120_000);
      await closed;
      const said = [
        ...logs.map(({ message }) => message),
        ...errors.map((error) =>
          `${error.message} ${error.cause} ${JSON.stringify(error)}`
        ),
      ];
      assertEquals(said.filter((text) => text.includes(CANARY)), []);
    }),
    { numRuns: 60 },
  );
});
