import { assert, assertEquals } from "./_assert.ts";
import type { ContractLibrary, ContractRunner } from "./_runner.ts";
import { createWireClient } from "./_wire.ts";
import { CAPTURE_PATH } from "../_kit/capture_paths.ts";

const distinctId = "user-1";

/** Projects made so far: the isolate remembers each of them. */
let families = 0;

/** What an application can hear, and look at. */
export function observing(t: ContractRunner, lib: ContractLibrary): void {
  const create = (options = {}) => createWireClient(lib, options);
  const { testing, edgehog } = lib;

  t.test("debug() is about one client, and undefined turns it on (CAP-293)", () => {
    const [one, other] = [create(), create()];
    const drop = () => null;
    for (const { posthog } of [one, other]) posthog.setBeforeSend(drop);
    one.posthog.debug(undefined);
    for (const { posthog } of [one, other]) {
      posthog.capture({ distinctId, event: "paid" });
    }
    assertEquals([one.logs.length, other.logs.length], [1, 0]);
    one.posthog.debug(false);
    one.posthog.capture({ distinctId, event: "paid" });
    one.posthog.capture({ distinctId, event: " " });
    assertEquals(one.logs.map(({ level }) => level), ["debug", "warn"]);
  });

  t.test("on() hears each of its four names until it is ended (CAP-296)", async () => {
    const { posthog, emulator } = create({ fetchRetryCount: 0 });
    const heard: string[] = [];
    const ends = [
      posthog.on("flush", (uuids) => heard.push(`flush ${uuids.join()}`)),
      posthog.on("drop", ({ reason }) => heard.push(`drop ${reason}`)),
      posthog.on("warning", () => heard.push("warning")),
      posthog.on("error", ({ code }) => heard.push(`error ${code}`)),
    ];
    const round = async () => {
      emulator.failNext({ path: CAPTURE_PATH, status: 400 });
      posthog.capture({ distinctId, event: "refused" });
      await posthog.flush();
      posthog.capture({ distinctId, event: " " });
      const uuid = posthog.capture({ distinctId, event: "paid" });
      await posthog.flush();
      return uuid;
    };
    const uuid = await round();
    assertEquals(heard.sort(), [
      "drop invalid",
      "drop rejected",
      "error http",
      `flush ${uuid}`,
      "warning",
    ]);
    for (const end of ends) end();
    await round();
    assertEquals(heard.length, 5);
  });

  t.test("every lost event is one drop with its reason, and nothing is counted twice (CAP-296)", async () => {
    const drops: Record<string, unknown>[] = [];
    const { posthog, emulator } = create({
      maxQueueSize: 2,
      maxEventBytes: 2000,
      fetchRetryCount: 0,
      maxBatchSize: 1,
      beforeSend: (event: { event: string }) =>
        event.event === "hooked" ? null : event,
    });
    const delivered: string[] = [];
    posthog.on("drop", (drop) => drops.push({ ...drop }));
    posthog.on("flush", (uuids) => void delivered.push(...uuids));
    let calls = 0;
    const capture = (event: string, properties = {}) => {
      calls++;
      return posthog.capture({ distinctId, event, properties });
    };
    void posthog.optOut();
    capture("gated");
    void posthog.optIn();
    capture(" ");
    capture("hooked");
    capture("large", { text: "x".repeat(2000) });
    // The third takes the place of the first.
    const evicted = capture("evicted");
    emulator.failNext({ path: CAPTURE_PATH, status: 400 });
    capture("refused");
    capture("paid");
    await posthog.flush();
    capture("paid");
    await posthog.flush();
    const kept = capture("kept");
    emulator.failNext({ path: CAPTURE_PATH, status: 503 });
    await posthog.shutdown();
    capture("late");
    assertEquals(drops.map(({ reason }) => reason), [
      "gate",
      "invalid",
      "hook",
      "oversize",
      "overflow",
      "rejected",
      "shutdown",
      "shutdown",
    ]);
    assertEquals(
      [drops[4]?.["uuid"], drops[4]?.["event"], drops[4]?.["lane"]],
      [evicted, "evicted", "analytics"],
    );
    assertEquals([drops[6]?.["uuid"], drops[6]?.["event"]], [kept, "kept"]);
    assertEquals(calls, drops.length + delivered.length + posthog.queueSize);
  });

  t.test("errors say what was lost, why, and whether it is still there (CAP-297)", async () => {
    const { posthog, emulator, errors, clock } = create({
      fetchRetryCount: 1,
      flags: { "new-nav": true },
      beforeSend: (event: { event: string }) => {
        if (event.event === "bad") throw new Error("scrubber");
        return event;
      },
    });
    emulator.failNext({ path: CAPTURE_PATH, drop: "connection", times: 2 });
    const uuid = posthog.capture({ distinctId, event: "paid" });
    const flushed = posthog.flush();
    await clock.advance(60_000);
    await flushed;
    posthog.capture({ distinctId, event: "bad" });
    emulator.setFaultPolicy(() => ({ status: 401 }));
    await posthog.evaluateFlags(distinctId);
    const [delivery, callback, request] = errors;
    assert(delivery?.name === "DeliveryError", "No DeliveryError");
    assertEquals(
      [
        delivery.code,
        delivery.lane,
        delivery.status,
        delivery.attempts,
        delivery.retained,
        delivery.events,
      ],
      ["network", "analytics", -1, 2, true, [{ uuid, event: "paid" }]],
    );
    assert(typeof delivery.requestId === "string", "No request id");
    assert(delivery.cause instanceof Error, "No cause");
    assert(callback?.name === "CallbackError", "No CallbackError");
    assertEquals([callback.code, callback.callback], [
      "callback",
      "beforeSend",
    ]);
    assertEquals((callback.cause as Error).message, "scrubber");
    assert(request?.name === "RequestError", "No RequestError");
    assertEquals([request.code, request.status], ["http", 401]);
    assert(errors.every(edgehog.isEdgehogError), "The guard knows them");
  });

  t.test("clearQueue() and dequeueLastEvent() take events out and send nothing (CAP-123)", async () => {
    const { posthog, emulator } = create();
    for (const event of ["one", "two", "three"]) {
      posthog.capture({ distinctId, event });
    }
    assertEquals(posthog.dequeueLastEvent()?.["event"], "three");
    assertEquals(posthog.queuedEvents().map(({ event }) => event), [
      "one",
      "two",
    ]);
    posthog.clearQueue();
    assertEquals(posthog.dequeueLastEvent(), undefined);
    assertEquals(await posthog.flush(), {
      delivered: 0,
      dropped: 0,
      retained: 0,
    });
    assertEquals([posthog.queueSize, emulator.requests.length], [0, 0]);
  });

  /** Clients of one project, which is a new one for each test: the isolate remembers. */
  const createFamily = (name: string) => {
    const apiKey = `${name}_${++families}`;
    const { fetch } = testing.createRecordingFetch();
    return (options = {}) => {
      const warnings: string[] = [];
      const log = (message: string) => void warnings.push(message);
      const logger = { debug: log, info: log, warn: log, error: log };
      const posthog = new edgehog.PostHog(apiKey, {
        fetch,
        logger,
        ...options,
      });
      return { posthog, warnings };
    };
  };

  t.test("the second live client for a project warns, and no later one (CAP-299)", () => {
    const make = createFamily("phc_second_client");
    const counts = [make(), make(), make()].map(({ warnings }) =>
      warnings.length
    );
    assertEquals(counts, [0, 1, 0]);
    const elsewhere = make({ host: "https://eu.i.posthog.com" });
    assertEquals(elsewhere.warnings, []);
  });

  const QUIET: readonly [string, object][] = [
    ["disableSingletonWarning", { disableSingletonWarning: true }],
    ["testMode", { testMode: true }],
    ["disabled", { disabled: true }],
  ];
  for (const [name, options] of QUIET) {
    t.test(`a client with ${name} neither counts nor warns (CAP-299)`, () => {
      const make = createFamily(`phc_quiet_${name}`);
      const clients = [make(options), make(), make(options)];
      assertEquals(clients.map(({ warnings }) => warnings), [[], [], []]);
      assertEquals(make().warnings.length, 1);
    });
  }

  t.test("a client that was shut down no longer counts, however often (CAP-299)", async () => {
    const make = createFamily("phc_shut_down_client");
    const first = make();
    await first.posthog.shutdown();
    await first.posthog.shutdown();
    assertEquals(make().warnings, []);
    assertEquals(make().warnings.length, 1);
  });
}
