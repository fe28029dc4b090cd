import { assertEquals } from "@std/assert";
import type { CaptureExceptionArguments, PostHog } from "edgehog";
import type { TestClient } from "edgehog/testing";
import { createRecorded, firstEntry, type Properties } from "./_recorded.ts";
import { CAPTURE_PATH } from "../../_kit/capture_paths.ts";

const distinctId = "user-1";
const UUID = "019b7ca9-8f2e-7000-8000-000000000001";

Deno.test("captureException() makes one event, with the caller's properties as they are (ERR-001, ERR-002, ERR-003)", async () => {
  const { posthog, emulator, received } = createRecorded();
  const bag = Object.freeze({ handled: "true", area: "checkout" });
  const uuid = posthog.captureException(new TypeError("boom"), distinctId, bag);
  const [properties] = await received();
  assertEquals(emulator.events.map((event) => [event.event, event.uuid]), [
    ["$exception", uuid],
  ]);
  assertEquals(emulator.events[0]?.distinctId, distinctId);
  assertEquals(
    [
      properties?.["$exception_type"],
      properties?.["$exception_message"],
      properties?.["$exception_level"],
      properties?.["handled"],
      properties?.["area"],
      "$exception_source" in (properties ?? {}),
    ],
    ["TypeError", "boom", "error", "true", "checkout", false],
  );
  assertEquals(firstEntry(properties)["mechanism"], {
    type: "generic",
    handled: true,
    synthetic: false,
    "exception_id": 0,
  });
});

Deno.test("captureException() fills the identity like any event (ERR-007, ERR-008, CTX-035)", async () => {
  const { posthog, emulator, received } = createRecorded();
  const hog = posthog.forRequest(undefined, undefined, {
    distinctId: "visitor-1",
    sessionId: "s1",
    properties: { area: "shop" },
  });
  hog.captureException(new Error("a"));
  hog.captureException(new Error("b"), "user-2");
  posthog.captureException(new Error("c"));
  const [first, , third] = await received();
  const [, , personless] = emulator.events;
  assertEquals(emulator.events.slice(0, 2).map((event) => event.distinctId), [
    "visitor-1",
    "user-2",
  ]);
  assertEquals([first?.["$session_id"], first?.["area"]], ["s1", "shop"]);
  assertEquals(third?.["$process_person_profile"], false);
  assertEquals(/^[\da-f-]{36}$/.test(personless?.distinctId ?? ""), true);
});

interface ArgumentRow {
  readonly name: string;
  /** Arguments after the properties. */
  readonly args: (
    flags: Awaited<ReturnType<PostHog["evaluateFlags"]>>,
  ) => readonly unknown[];
  readonly expected: {
    readonly uuid?: string;
    readonly hasFlags?: boolean;
    readonly properties?: Properties;
    /** What differs from the mechanism of a capture by hand. */
    readonly mechanism?: Properties;
    readonly warnings?: number;
  };
}

const ARGUMENTS: readonly ArgumentRow[] = [
  {
    name: "a uuid in fourth place",
    args: () => [UUID],
    expected: { uuid: UUID },
  },
  {
    name: "a snapshot in fourth place",
    args: (flags) => [flags],
    expected: { hasFlags: true },
  },
  {
    name: "a uuid, and a snapshot in fifth place",
    args: (flags) => [UUID, flags],
    expected: { uuid: UUID, hasFlags: true },
  },
  {
    name: "nothing, and a snapshot in fifth place",
    args: (flags) => [undefined, flags],
    expected: { hasFlags: true },
  },
  {
    name: "options",
    args: (flags) => [{
      flags,
      uuid: UUID,
      groups: { company: 42 },
      level: "CRITICAL",
      source: "my.hook",
      fingerprint: "checkout",
      mechanism: { type: "cron", handled: false },
      disableGeoip: false,
      timestamp: 0,
    }],
    expected: {
      uuid: UUID,
      hasFlags: true,
      properties: {
        "$groups": { company: 42 },
        "$exception_level": "fatal",
        "$exception_source": "my.hook",
        "$exception_fingerprint": "checkout",
        "$geoip_disable": undefined,
      },
      mechanism: { type: "cron", handled: false },
    },
  },
  {
    name: "options, and a snapshot in fifth place",
    args: (flags) => [{ level: "info" }, flags],
    expected: { hasFlags: true, properties: { "$exception_level": "info" } },
  },
  { name: "a number", args: () => [5], expected: { warnings: 1 } },
  {
    name: "options that fall back to the boundary's",
    args:
      () => [{ level: "verbose", source: "Checkout", mechanism: { type: "" } }],
    expected: {
      properties: {
        "$exception_level": "error",
        "$exception_source": undefined,
      },
    },
  },
];

for (const { name, args, expected } of ARGUMENTS) {
  Deno.test(`captureException() takes ${name} (ERR-009, ERR-010, ERR-036, ERR-037, ERR-038)`, async () => {
    const { posthog, emulator, warnings, received } = createRecorded({
      flags: { "new-nav": true },
    });
    const flags = await posthog.evaluateFlags(distinctId);
    const requests = emulator.requests.length;
    const given = [new Error("boom"), distinctId, {}, ...args(flags)];
    const uuid = posthog.captureException(
      ...given as CaptureExceptionArguments,
    );
    assertEquals([uuid === expected.uuid, emulator.requests.length], [
      expected.uuid !== undefined,
      requests,
    ]);
    const [properties] = await received();
    assertEquals(
      [properties?.["$feature/new-nav"], properties?.["$active_feature_flags"]],
      expected.hasFlags ? [true, ["new-nav"]] : [undefined, undefined],
    );
    for (const [key, value] of Object.entries(expected.properties ?? {})) {
      assertEquals(properties?.[key], value, key);
    }
    assertEquals(firstEntry(properties)["mechanism"], {
      type: "generic",
      handled: true,
      synthetic: false,
      "exception_id": 0,
      ...expected.mechanism,
    });
    assertEquals(warnings.length, expected.warnings ?? 0);
  });
}

const CLOSED: readonly (readonly [string, (client: TestClient) => unknown])[] =
  [
    ["opted out", ({ posthog }) => posthog.optOut()],
    ["shut down", ({ posthog }) => posthog.shutdown()],
  ];

for (const [name, close] of CLOSED) {
  Deno.test(`captureException() reads nothing of the error when the client is ${name} (ERR-011, ERR-016)`, async () => {
    const client = createRecorded();
    let reads = 0;
    const count = () => {
      reads++;
      return undefined;
    };
    const traps = Object.getOwnPropertyNames(Reflect).map((
      trap,
    ) => [trap, count]);
    const error = new Proxy(new Error("boom"), Object.fromEntries(traps));
    await close(client);
    const { posthog, drops } = client;
    assertEquals([
      posthog.captureException(error, distinctId),
      await posthog.captureExceptionImmediate(error, distinctId),
      posthog.forRequest().captureException(error, distinctId),
      reads,
      drops.length,
    ], [undefined, undefined, undefined, 0, 3]);
  });
}

Deno.test("captureException() answers undefined for an event that the hook drops (ERR-011)", async () => {
  const { posthog, received } = createRecorded({ beforeSend: () => null });
  assertEquals(posthog.captureException(new Error("boom")), undefined);
  assertEquals(await received(), []);
});

Deno.test("captureExceptionImmediate() resolves after the send settled, failed or not (ERR-012)", async () => {
  const { posthog, emulator, clock } = createRecorded({ fetchRetryCount: 0 });
  emulator.failNext({ path: CAPTURE_PATH, delayMs: 100 });
  let uuid: string | undefined;
  const sending = posthog.captureExceptionImmediate(new Error("boom"), "user-1")
    .then((given) => uuid = given);
  await clock.advance(99);
  assertEquals(uuid, undefined);
  await clock.advance(1);
  await sending;
  assertEquals(emulator.events.map((event) => event.uuid), [uuid ?? ""]);
  emulator.failNext({ path: CAPTURE_PATH, status: 503 });
  const failing = posthog.captureExceptionImmediate(new Error("boom"));
  await clock.advance(60_000);
  assertEquals(typeof await failing, "string");
});

Deno.test("captureException() and its twin survive options that can't be read (ERR-012)", async () => {
  const { posthog, errors } = createRecorded();
  const hog = posthog.forRequest();
  const options = {
    get level(): string {
      throw new Error("no");
    },
  };
  const error = new Error("boom");
  const sending = hog.captureExceptionImmediate(error, "", {}, options);
  assertEquals(
    [
      posthog.captureException(error, "", {}, options),
      sending instanceof Promise,
      await sending,
    ],
    [undefined, true, undefined],
  );
  assertEquals(errors.map(({ code }) => code), ["callback", "callback"]);
});

Deno.test("captureException() has built the event when it returns (ERR-015)", async () => {
  const { posthog, received } = createRecorded();
  const error = new TypeError("before", { cause: new Error("cause before") });
  const bag = { area: "before" };
  posthog.captureException(error, distinctId, bag);
  error.message = "after";
  (error.cause as Error).message = "cause after";
  bag.area = "after";
  const [properties] = await received();
  const list = properties?.["$exception_list"] as readonly Properties[];
  assertEquals(
    [properties?.["area"], ...list.map((entry) => entry["value"])],
    ["before", "before", "cause before"],
  );
});

Deno.test("beforeSend sees the complete exception and may change any of it (ERR-017)", async () => {
  const seen: unknown[] = [];
  const { posthog, received } = createRecorded({
    beforeSend: (event) => {
      const { "$exception_list": list, ...rest } = event.properties;
      seen.push(event.event, (list as readonly unknown[]).length);
      return { ...event, properties: { ...rest, "$exception_level": "mine" } };
    },
  });
  posthog.captureException(new Error("boom"));
  const [properties] = await received();
  assertEquals(seen, ["$exception", 1]);
  assertEquals(
    [properties?.["$exception_level"], properties?.["$exception_list"]],
    ["mine", undefined],
  );
});

Deno.test("captureException() takes anything, with one event each (ERR-006, CAP-082)", async () => {
  const inputs: readonly unknown[] = [
    "text",
    5,
    Symbol("s"),
    () => {},
    null,
    undefined,
    {},
    Object.freeze(new Error("frozen")),
  ];
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const { posthog, received, errors } = createRecorded();
  for (const input of [...inputs, proxy]) posthog.captureException(input);
  const all = await received();
  assertEquals(all.length, inputs.length + 1);
  assertEquals(
    all.every((properties) =>
      typeof firstEntry(properties)["type"] === "string" &&
      firstEntry(properties)["type"] !== "" &&
      typeof firstEntry(properties)["value"] === "string"
    ),
    true,
  );
  assertEquals(errors, []);
});

Deno.test("captureException() captures one error as often as it is called (ERR-042, CAP-083)", async () => {
  const { posthog, received } = createRecorded();
  const error = new Error("twice");
  posthog.captureException(error);
  posthog.forRequest().captureException(error);
  const marked = Object.assign(new Error("marked"), {
    "__posthog_previously_captured_error": true,
  });
  assertEquals(posthog.captureException(marked), undefined);
  const almost = Object.assign(new Error("almost"), {
    "__posthog_previously_captured_error": "true",
  });
  posthog.captureException(almost);
  const all = await received();
  assertEquals(all.map((properties) => properties["$exception_message"]), [
    "twice",
    "twice",
    "almost",
  ]);
});

Deno.test("captureException() has no limit (ERR-045)", async () => {
  const { posthog, received } = createRecorded({
    exceptionRateLimiterBucketSize: 1,
  });
  for (let n = 0; n < 15; n++) posthog.captureException(new Error("again"));
  assertEquals((await received()).length, 15);
});

interface StackTaker {
  captureStackTrace: (holder: object, entry?: unknown) => void;
}

for (const who of ["client", "scope"] as const) {
  Deno.test(`a call-site stack ends at the caller of a ${who} in an engine that hides nothing (ERR-076)`, async () => {
    const taker = Error as unknown as StackTaker;
    const original = taker.captureStackTrace;
    const { posthog, received } = createRecorded();
    const hog = who === "client" ? posthog : posthog.forRequest();
    function callOnce(): void {
      hog.captureException("text");
    }
    async function callNow(): Promise<void> {
      await hog.captureExceptionImmediate("text");
    }
    taker.captureStackTrace = function captureStackTrace(holder: object) {
      original.call(Error, holder, captureStackTrace);
    };
    try {
      callOnce();
      await callNow();
    } finally {
      taker.captureStackTrace = original;
    }
    const all = await received();
    const innermost = all.map((properties) => {
      const { stacktrace } = firstEntry(properties) as {
        readonly stacktrace: { readonly frames: readonly Properties[] };
      };
      return stacktrace.frames.at(-1)?.["function"];
    });
    assertEquals(innermost.sort(), ["callNow", "callOnce"]);
  });
}

Deno.test("without random bytes nothing is captured, with one warning and no look at the clock (ERR-096)", async () => {
  let clockReads = 0;
  const original = crypto.getRandomValues;
  const { posthog, warnings, drops, received } = createRecorded({
    random: () => {
      throw new Error("refused");
    },
    now: () => ++clockReads,
  });
  crypto.getRandomValues = () => {
    // workerd's words.
    throw new Error("Disallowed operation called within global scope.");
  };
  try {
    assertEquals(
      [
        posthog.captureException(new Error("early")),
        await posthog.captureExceptionImmediate(new Error("early")),
        clockReads,
      ],
      [undefined, undefined, 0],
    );
  } finally {
    crypto.getRandomValues = original;
  }
  assertEquals([warnings.length, drops], [1, ["gate", "gate"]]);
  assertEquals(await received(), []);
});
