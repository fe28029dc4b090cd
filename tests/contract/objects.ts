import type { RequestScope } from "edgehog";
import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";

/** Those of a test client. */
const KEYS = ["phc_test", "phx_test"];

/** Who holds a client or a scope, and what can be done with it as an object of the language. */
export function objects(t: ContractRunner, lib: ContractLibrary): void {
  enumerating(t, lib);
  detachedScopeMethods(t, lib);
  isolation(t, lib);
}

function enumerating(t: ContractRunner, { testing }: ContractLibrary): void {
  t.test("enumerating and copying a client or a scope throws nothing, and shows no key", () => {
    const { posthog } = testing.createTestClient();
    posthog.capture({ distinctId: "user-1", event: "paid" });
    for (const object of [posthog, posthog.forRequest()]) {
      const record = object as unknown as Record<string, unknown>;
      const values = [
        String(object),
        ...Object.values({ ...record }).map(String),
      ];
      // deno-lint-ignore guard-for-in -- what is inherited is what this is about
      for (const name in record) values.push(name, String(record[name]));
      const text = [...Object.keys(record), ...values].join("\n");
      assertEquals(KEYS.filter((key) => text.includes(key)), []);
    }
  });

  t.test("a method is the same function at each read", () => {
    const { posthog } = testing.createTestClient();
    const hog = posthog.forRequest();
    for (const object of [posthog, hog]) {
      const record = object as unknown as Record<string, unknown>;
      for (const name of [...SHARED, "flush"]) {
        assertEquals([typeof record[name], name], ["function", name]);
        assert(record[name] === record[name], name);
      }
    }
    assert(posthog.forRequest === posthog.forRequest, "forRequest");
    assert(hog.withContext === hog.withContext, "withContext");
  });
}

/** The verbs of client and scope. */
const SHARED = [
  "capture",
  "captureImmediate",
  "captureAi",
  "captureException",
  "identify",
  "alias",
  "groupIdentify",
  "setPersonProperties",
  "evaluateFlags",
  "getRemoteConfigPayload",
  "reloadFeatureFlags",
  "isLocalEvaluationReady",
];

/** Uses what a scope and a client have in common, each method by itself. */
async function useDetached(
  hog: Pick<
    RequestScope,
    | "capture"
    | "captureImmediate"
    | "captureAi"
    | "captureException"
    | "identify"
    | "alias"
    | "evaluateFlags"
    | "isLocalEvaluationReady"
    | "flush"
  >,
): Promise<void> {
  const { capture, captureImmediate, captureAi, captureException } = hog;
  const { identify, alias, flush } = hog;
  const { evaluateFlags, isLocalEvaluationReady } = hog;
  const distinctId = "user-1";
  const flags = await evaluateFlags(distinctId);
  assertEquals([flags.getFlag("f"), isLocalEvaluationReady()], [true, true]);
  capture({ distinctId, event: "first" });
  capture({ distinctId, event: "second", flags });
  captureAi({ distinctId, event: "$ai_generation" });
  captureException(new Error("fails"), distinctId);
  identify({ distinctId, properties: { plan: "pro" } });
  alias({ distinctId, alias: "user-2" });
  await captureImmediate({ distinctId, event: "third" });
  const { dropped, retained } = await flush();
  assertEquals([dropped, retained], [0, 0]);
}

/** What that sends, by name. */
const DETACHED_EVENTS = [
  "$ai_generation",
  "$create_alias",
  "$exception",
  "$feature_flag_called",
  "$identify",
  "first",
  "second",
  "third",
];

function detachedScopeMethods(
  t: ContractRunner,
  { testing }: ContractLibrary,
): void {
  t.test("methods taken off a scope go on working for it", async () => {
    const { posthog, emulator } = testing.createTestClient({
      flags: { f: true },
    });
    const hog = posthog.forRequest(undefined, undefined, {
      distinctId: "visitor-1",
      sessionId: "s1",
    });
    await useDetached(hog);
    assertEquals(
      emulator.events.map(({ event }) => event).sort(),
      DETACHED_EVENTS,
    );
    assertEquals(
      emulator.events.map(({ properties }) => properties["$session_id"]),
      DETACHED_EVENTS.map(() => "s1"),
    );
    const { setContext, withContext, tracingHeaders, wrapFetch } = hog;
    setContext({ distinctId: "visitor-2" });
    assertEquals([
      hog.distinctId,
      tracingHeaders()["X-POSTHOG-DISTINCT-ID"],
      withContext({}, ({ distinctId }) => distinctId),
      typeof wrapFetch(fetch, { hostnames: ["shop.example"] }),
    ], ["visitor-2", "visitor-2", "visitor-2", "function"]);
  });
}

function isolation(t: ContractRunner, { testing }: ContractLibrary): void {
  const EVENT = { distinctId: "user-1", event: "paid" };

  /** A client that marks its events in every way there is. */
  const createMarked = (mark: string) => {
    const client = testing.createTestClient({
      flags: { f: mark },
      flushAt: 20,
      beforeSend(event) {
        event.properties["hook"] = mark;
        return event;
      },
      disableGeoip: mark === "a",
    });
    client.posthog.register({ super: mark, [`only-${mark}`]: mark });
    const hog = client.posthog.forRequest(undefined, undefined, {
      distinctId: `visitor-${mark}`,
      properties: { scope: mark },
    });
    return { ...client, mark, hog };
  };

  t.test("two clients in one process keep their properties, hooks and requests apart, on the client and on scopes", async () => {
    const [a, b] = [createMarked("a"), createMarked("b")];
    for (const { posthog, hog } of [a, b, a, b]) {
      posthog.capture(EVENT);
      hog.capture({ event: "viewed" });
      await posthog.captureImmediate(EVENT);
    }
    for (const { posthog, hog, mark } of [a, b, a, b]) {
      const flags = await hog.evaluateFlags();
      assertEquals(flags.getFlag("f"), mark);
      assertEquals((await posthog.evaluateFlags("user-1")).getFlag("f"), mark);
    }
    for (const { posthog, emulator, mark } of [a, b]) {
      await posthog.flush();
      // Six events, and one exposure of each person.
      assertEquals(emulator.events.length, 8);
      for (const { properties, distinctId } of emulator.events) {
        assertEquals([
          properties["super"],
          properties["hook"],
          properties["only-a"],
          properties["only-b"],
          properties["$geoip_disable"],
        ], [
          mark,
          mark,
          mark === "a" ? mark : undefined,
          mark === "b" ? mark : undefined,
          mark === "a" ? true : undefined,
        ]);
        const isVisitor = distinctId === `visitor-${mark}`;
        assert(isVisitor || distinctId === "user-1", distinctId);
        assertEquals(properties["scope"], isVisitor ? mark : undefined);
      }
    }
  });

  t.test("what is changed about one client is not about another in the same process", async () => {
    const [a, b] = [createMarked("a"), createMarked("b")];
    const closed = testing.createTestClient({ disabled: true });
    assertEquals(closed.posthog.capture(EVENT), undefined);
    const heard: string[] = [];
    a.posthog.on("drop", ({ reason }) => heard.push(`a ${reason}`));
    b.posthog.on("drop", ({ reason }) => heard.push(`b ${reason}`));
    a.posthog.overrideFeatureFlags({ f: "forced" });
    a.posthog.setBeforeSend(() => null);
    a.posthog.unregister("super");
    a.posthog.capture(EVENT);
    b.posthog.capture(EVENT);
    assertEquals(heard, ["a hook"]);
    assertEquals([
      (await a.hog.evaluateFlags()).getFlag("f"),
      (await b.hog.evaluateFlags()).getFlag("f"),
    ], ["forced", "b"]);
    a.posthog.optOut();
    assertEquals([a.posthog.optedOut, b.posthog.optedOut], [true, false]);
    await a.posthog.shutdown();
    assertEquals(a.hog.capture({ event: "late" }), undefined);
    b.hog.capture({ event: "viewed" });
    assertEquals(await b.posthog.flush(), {
      delivered: 3,
      dropped: 0,
      retained: 0,
    });
    assertEquals(
      b.emulator.events.map(({ properties }) => properties["super"]),
      ["b", "b", "b"],
    );
    assertEquals(a.emulator.events, []);
  });
}

/** Methods taken off the client, as off a scope. */
export function detachedClientMethods(
  t: ContractRunner,
  { testing }: ContractLibrary,
): void {
  t.test("methods taken off a client go on working for it", async () => {
    const [{ posthog, emulator, errors }, other] = [
      testing.createTestClient({ flags: { f: true } }),
      testing.createTestClient(),
    ];
    const { register, unregister, on, setBeforeSend, forRequest } = posthog;
    const flushed: string[] = [];
    on("flush", (uuids) => void flushed.push(...uuids));
    register({ tenant: "a", region: "b" });
    unregister("region");
    setBeforeSend((event) => event);
    await useDetached(posthog);
    const { capture, flush } = forRequest();
    capture({ distinctId: "user-1", event: "in a scope" });
    await flush();
    assertEquals(
      emulator.events.map(({ event }) => event).sort(),
      [...DETACHED_EVENTS, "in a scope"].sort(),
    );
    for (const { properties } of emulator.events) {
      assertEquals([properties["tenant"], properties["region"]], [
        "a",
        undefined,
      ]);
    }
    assertEquals(flushed.length, emulator.events.length);
    const { overrideFeatureFlags, optOut, optIn, queuedEvents, clearQueue } =
      posthog;
    overrideFeatureFlags({ f: "forced" });
    const { evaluateFlags, shutdown } = posthog;
    assertEquals((await evaluateFlags("user-1")).getFlag("f"), "forced");
    optOut();
    assertEquals(
      posthog.capture({ distinctId: "user-1", event: "no" }),
      undefined,
    );
    optIn();
    posthog.capture({ distinctId: "user-1", event: "yes" });
    assertEquals(queuedEvents().length, 1);
    clearQueue();
    assertEquals(posthog.queueSize, 0);
    await shutdown();
    assertEquals(
      posthog.capture({ distinctId: "user-1", event: "late" }),
      undefined,
    );
    assertEquals([errors, other.emulator.requests], [[], []]);
  });
}
