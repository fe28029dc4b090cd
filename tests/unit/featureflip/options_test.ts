import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  ConfigurationError,
  configure,
  defaultClient,
  FeatureflipClient,
  FeatureflipError,
  type FeatureflipOptions,
  InitializationError,
} from "../../../src/featureflip/mod.ts";
import {
  createWorld,
  loadWorld,
  nextKey,
  status,
  streamWorld,
} from "./_world.ts";

function refuse(options: unknown, name: string): void {
  const error = assertThrows(
    () =>
      FeatureflipClient.get({ sdkKey: "k", ...options as FeatureflipOptions }),
    ConfigurationError,
    name,
  );
  assert(!error.message.includes("secret"));
}

/** Runs with globals in the place of the runtime's. */
async function withGlobals(
  globals: Record<string, unknown>,
  work: () => unknown,
): Promise<void> {
  const before = Object.keys(globals).map((name) =>
    [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const
  );
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, {
      value,
      configurable: true,
      writable: true,
    });
  }
  try {
    await work();
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete (globalThis as Record<string, unknown>)[name];
    }
  }
}

Deno.test("get() refuses durations that are none, and names them (FFL-002)", () => {
  const names = [
    "connectTimeout",
    "readTimeout",
    "pollInterval",
    "flushInterval",
    "initTimeout",
  ];
  for (const name of names) {
    for (const value of [0, -1, NaN, Infinity, "5", null]) {
      refuse({ [name]: value }, name);
    }
  }
});

Deno.test("get() refuses counts that are none (FFL-003, FFL-004)", () => {
  for (const value of [0, -1, 0.5, 1.5, NaN, null, "1"]) {
    refuse({ flushBatchSize: value }, "flushBatchSize");
  }
  for (const value of [-1, 0.5, NaN, null]) {
    refuse({ maxStreamRetries: value }, "maxStreamRetries");
  }
  createWorld(undefined, { flushBatchSize: 1, maxStreamRetries: 0 });
});

Deno.test("get() refuses other kinds of option, and null (FFL-005, FFL-019)", () => {
  for (const name of ["streaming", "sendEvents"]) {
    for (const value of [0, "true", null]) refuse({ [name]: value }, name);
  }
  for (const value of [1, "yes", null]) {
    refuse({ longLived: value }, "longLived");
  }
  for (const value of ["x", {}, null]) {
    refuse({ inspectors: value }, "inspectors");
  }
  for (const name of ["fetch", "waitUntil", "now", "random", "sleep"]) {
    refuse({ [name]: null }, name);
  }
  for (const value of [null, {}, { warn: 1 }]) {
    refuse({ logger: value }, "logger");
  }
  refuse({ env: null }, "env");
});

Deno.test("get() leaves out inspectors that are no functions (FFL-019)", async () => {
  const seen: string[] = [];
  const inspectors = [
    1,
    (event: { flagKey: string }) => seen.push(event.flagKey),
    undefined,
  ] as never;
  const { client } = await loadWorld(undefined, { inspectors });
  client.boolVariation("f", {}, false);
  assertEquals(seen, ["f"]);
});

Deno.test("get() refuses what is no base URL (FFL-006)", () => {
  for (
    const value of [
      "",
      "/v1",
      "ftp://x",
      "https://x/?a=1",
      "https://x/?",
      "https://x/#a",
      "https://u:secret@x/",
      5,
      null,
    ]
  ) {
    refuse({ baseUrl: value }, "baseUrl");
  }
});

Deno.test("a base URL keeps its path, without slashes at its end (FFL-007, FFL-001)", async () => {
  for (
    const [baseUrl, url] of [["https://x/p//", "https://x/p/v1/sdk/flags"], [
      undefined,
      "https://eval.featureflip.io/v1/sdk/flags",
    ]]
  ) {
    const { calls } = await loadWorld(undefined, { baseUrl });
    assertEquals(calls.map((call) => call.url), [url]);
  }
});

Deno.test("defaults are those of the contract (FFL-001)", async () => {
  const { client, calls, streams, clock, to } = await streamWorld();
  assertEquals(streams.length, 1);
  for (let count = 0; count < 99; count++) client.track("a", {});
  assertEquals(to("events").length, 0);
  client.track("a", {});
  assertEquals(to("events").length, 1);
  // With `random` at 0 the waits are 0.5, 1, 2, 4 and 8 s: the sixth end polls.
  for (const ms of [500, 1000, 2000, 4000, 8000]) {
    await clock.settle();
    streams.at(-1)?.end();
    await clock.advance(ms);
  }
  assertEquals(to("flags").length, 1);
  streams.at(-1)?.end();
  await clock.settle();
  assertEquals(to("flags").length, 2);
  await clock.advance(29_999);
  assertEquals(to("flags").length, 2);
  await clock.advance(1);
  assertEquals(to("flags").length, 3);
  assert(calls.length > 0);
  await client.close();
});

Deno.test("an option of undefined takes its default, unknown ones are ignored (FFL-008)", async () => {
  const { calls } = await loadWorld(
    undefined,
    {
      baseUrl: undefined,
      pollInterval: undefined,
      env: undefined,
      logger: undefined,
      colour: 5,
    } as never,
  );
  assertEquals(calls[0]?.url, "https://eval.featureflip.io/v1/sdk/flags");
});

Deno.test("a wrong option rejects create() and configure(), and leaves nothing behind (FFL-009)", async () => {
  FeatureflipClient.resetForTesting();
  const wrong = { sdkKey: "k", pollInterval: 0 };
  for (const start of [FeatureflipClient.create, configure]) {
    const error = await start(wrong).catch((error: unknown) => error);
    assert(error instanceof ConfigurationError);
  }
  assertThrows(() => FeatureflipClient.get(wrong), ConfigurationError);
  assertEquals(FeatureflipClient.debugLiveCoreCount(), 0);
  assertEquals(defaultClient(), undefined);
});

Deno.test("errors are of one family, and named (FFL-010)", () => {
  for (
    const error of [new ConfigurationError("a"), new InitializationError("b")]
  ) {
    assert(error instanceof FeatureflipError && error instanceof Error);
    assertEquals(error.name, error.constructor.name);
  }
});

Deno.test("without a key get() says where it looked (FFL-011)", async () => {
  await withGlobals({ process: undefined, Deno: undefined }, () => {
    const error = assertThrows(
      () => FeatureflipClient.get({}),
      ConfigurationError,
      "sdkKey",
    );
    assert(error.message.includes("FEATUREFLIP_SDK_KEY"));
  });
});

Deno.test("the key is the option's, then that of env, then of the process (FFL-012, FFL-013)", async () => {
  const name = "FEATUREFLIP_SDK_KEY";
  const process = { env: { [name]: "key-of-process" } };
  const rows: [FeatureflipOptions, object, string][] = [
    [{ sdkKey: "key-a", env: { [name]: "key-b" } }, { process }, "key-a"],
    [{ sdkKey: " \n", env: { [name]: " key-b\t" } }, { process }, "key-b"],
    [{ sdkKey: null, env: { [name]: 5 } }, { process }, "key-of-process"],
    [{ sdkKey: undefined }, {
      process: { env: { [name]: " " } },
      Deno: { env: { get: () => "key-of-deno" } },
    }, "key-of-deno"],
  ];
  for (const [options, globals, expected] of rows) {
    await withGlobals({ ...globals }, async () => {
      const { calls, client } = createWorld(undefined, {
        sdkKey: undefined,
        ...options,
      });
      client.boolVariation("f", {}, false);
      assertEquals(calls[0]?.headers["Authorization"], expected);
      await client.close();
    });
  }
});

Deno.test("a key that can't be a header is refused, and not printed (FFL-014, FFL-017)", () => {
  for (const sdkKey of ["secret key", "secret\u0001", "secret-ü", 5, {}]) {
    refuse({ sdkKey }, "sdkKey");
  }
});

Deno.test("an environment that may not be read counts as empty (FFL-015)", async () => {
  const fail = () => {
    throw new Error("denied");
  };
  const Deno = { env: { get: fail } };
  await withGlobals({
    process: {
      get env() {
        return fail();
      },
    },
    Deno,
  }, () => {
    assertThrows(() => FeatureflipClient.get({}), ConfigurationError, "sdkKey");
  });
});

Deno.test("a key of the environment and the same one by hand share a core (FFL-016)", async () => {
  const sdkKey = nextKey();
  const a = createWorld(undefined, { sdkKey });
  const b = createWorld(undefined, {
    sdkKey: undefined,
    env: { FEATUREFLIP_SDK_KEY: ` ${sdkKey} ` },
  });
  assertEquals(FeatureflipClient.debugRefCount(sdkKey), 2);
  await Promise.all([a.client.close(), b.client.close()]);
});

Deno.test("the key is in no URL, line or error (FFL-017)", async () => {
  const sdkKey = "sdk-canary";
  const world = createWorld({
    flags: [{ key: sdkKey, type: "x", fallthrough: { type: sdkKey } }],
    segments: [],
  }, { sdkKey });
  await world.client.waitForInitialization();
  world.answer = () => {
    throw new TypeError(`no route for ${sdkKey}`);
  };
  await world.clock.advance(30_000);
  world.client.track("a", {});
  await world.client.flush();
  await world.client.close();
  const other = createWorld(undefined, { sdkKey });
  other.answer = () => Promise.reject(new Error(`cannot reach ${sdkKey}`));
  const error = await other.client.waitForInitialization().catch((error) =>
    error
  );
  const texts = [
    ...world.warnings,
    ...other.warnings,
    ...world.calls.map(({ url }) => url),
    error.message,
    error.cause.message,
    error.stack,
  ];
  assert(world.warnings.length > 0);
  assert(texts.every((text) => !text.includes("canary")), texts.join("\n"));
});

Deno.test("get() asks for nothing, waits for nothing and draws nothing (FFL-018)", () => {
  const fail = () => {
    throw new Error("touched");
  };
  FeatureflipClient.get({
    sdkKey: nextKey(),
    fetch: fail,
    sleep: fail,
    random: fail,
    now: fail,
    longLived: true,
  });
  const { calls, clock } = createWorld(undefined, { longLived: true });
  assertEquals([calls.length, clock.pending], [0, 0]);
});

Deno.test("create() rejects where the server refuses, and says so (FFL-010)", async () => {
  const { options } = createWorld();
  const error = await FeatureflipClient.create({
    ...options,
    sdkKey: nextKey(),
    fetch: () => Promise.resolve(status(401)),
  })
    .catch((error: unknown) => error);
  assert(error instanceof InitializationError && error.status === 401);
});
