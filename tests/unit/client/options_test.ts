import { assert, assertEquals } from "@std/assert";
import { PostHog, refreshFlagDefinitions } from "edgehog";
import {
  type AnyEdgehogError,
  createRecordingFetch,
  createRecordingLogger,
  type PostHogOptions,
} from "edgehog/testing";
import { toSentPath } from "../../_kit/capture_paths.ts";

const KEY = { apiKey: "phc_options" };

/** A client as an application makes it, what it said and asked for; the key is unlike any other's. */
function create(options: object = {}, key: { apiKey: unknown } = KEY) {
  const logger = createRecordingLogger();
  const errors: AnyEdgehogError[] = [];
  const { fetch, requests } = createRecordingFetch(() =>
    Response.json({ results: {} })
  );
  const defaults: PostHogOptions = {
    fetch,
    logger,
    onError: (error) => errors.push(error),
    disableSingletonWarning: true,
    disableCompression: true,
  };
  const posthog = new PostHog(key.apiKey as string, {
    ...defaults,
    ...options,
  });
  const lines = () =>
    logger.entries.map(({ level, message }) => `${level}: ${message}`);
  return { posthog, lines, errors, requests };
}

const capture = (posthog: PostHog) =>
  posthog.capture({ distinctId: "u", event: "paid" });

for (const apiKey of [undefined, "", "  ", 42, null, {}, Symbol("key")]) {
  Deno.test(`new PostHog(${String(apiKey)}) is disabled, with one error (CAP-001)`, async () => {
    const { posthog, lines, errors, requests } = create({}, { apiKey });
    assertEquals([posthog.isDisabled, capture(posthog)], [true, undefined]);
    await posthog.flush();
    await posthog.shutdown();
    assertEquals(errors.map(({ name }) => name), ["ConfigError"]);
    assertEquals([lines().length, requests.length], [1, 0]);
    assert(lines()[0]?.startsWith("error: "));
  });
}

const SENT_PATH = toSentPath();

const HOSTS: readonly [given: string | undefined, url: string][] = [
  [undefined, `https://us.i.posthog.com${SENT_PATH}`],
  ["  ", `https://us.i.posthog.com${SENT_PATH}`],
  [" https://eu.i.posthog.com// ", `https://eu.i.posthog.com${SENT_PATH}`],
  ["https://proxy.example/ingest/", `https://proxy.example/ingest${SENT_PATH}`],
  ["https://app.posthog.com", `https://us.i.posthog.com${SENT_PATH}`],
  ["https://eu.posthog.com/", `https://eu.i.posthog.com${SENT_PATH}`],
];

for (const [host, url] of HOSTS) {
  Deno.test(`the host ${host} is asked as ${url}, with the key trimmed (CAP-003)`, async () => {
    const { posthog, requests } = create({ host }, {
      apiKey: "  phc_options ",
    });
    capture(posthog);
    await posthog.flush();
    const [request] = requests;
    assertEquals(
      [request?.url, request?.headers["authorization"]],
      [url, "Bearer phc_options"],
    );
  });
}

for (
  const host of [
    "https://user:pw@proxy.example",
    "ftp://proxy.example",
    "/ingest",
    42,
  ]
) {
  Deno.test(`the host ${host} disables the client: no event, no key to any other host (FLD-020)`, async () => {
    const { posthog, lines, errors, requests } = create({
      host,
      secretKey: "phs_options",
    });
    assertEquals([posthog.isDisabled, capture(posthog)], [true, undefined]);
    await posthog.evaluateFlags("u");
    await posthog.reloadFeatureFlags();
    await posthog.getRemoteConfigPayload("f");
    await posthog.flush();
    await posthog.shutdown();
    assertEquals(requests, []);
    assertEquals(
      errors.map((error) => error.name === "ConfigError" && error.option),
      ["host"],
    );
    assertEquals(lines().length, 1);
    assert(lines()[0]?.startsWith("error: Cannot use option 'host': "));
    assert(lines()[0]?.endsWith("; nothing is sent"));
    assert(!lines().join().includes("pw"));
  });
}

for (
  const [option, value] of [
    ["flushAt", "20"],
    ["maxBatchSize", 0],
    ["maxQueueSize", NaN],
    ["fetchRetryCount", -1],
    ["fetchRetryDelay", Infinity],
    ["maxRetryDelayMs", {}],
    ["captureMode", "v9"],
    ["evaluationContexts", Proxy.revocable([], {})],
  ] as const
) {
  Deno.test(`an unusable ${option} is one warning and one ConfigError that names it (CAP-004, CAP-007)`, async () => {
    const heard: string[] = [];
    const given = option === "evaluationContexts"
      ? revoke(value as { proxy: unknown; revoke(): void })
      : value;
    const { posthog, lines, errors } = create({ [option]: given });
    assertEquals(
      errors.map((error) => error.name === "ConfigError" && error.option),
      [option],
    );
    assertEquals(lines().length, 1);
    assert(lines()[0]?.startsWith("warn: ") && lines()[0]?.includes(option));
    posthog.on("flush", (uuids) => heard.push(...uuids));
    capture(posthog);
    await posthog.flush();
    assertEquals(heard.length, 1);
  });
}

Deno.test("a logger that can't be read is a ConfigError, and the console takes its place", () => {
  const { warn } = console;
  const printed: unknown[] = [];
  // deno-lint-ignore no-console -- as above
  console.warn = (line: unknown) => void printed.push(line);
  try {
    const logger = {
      get debug() {
        throw new Error("no");
      },
    };
    const { errors } = create({ logger });
    assertEquals(errors.map(({ code }) => code), ["config"]);
  } finally {
    // deno-lint-ignore no-console -- as above
    console.warn = warn;
  }
  assertEquals(printed, [
    "[edgehog] Cannot use option 'logger': reading it failed",
  ]);
});

function revoke({ proxy, revoke }: { proxy: unknown; revoke(): void }) {
  revoke();
  return proxy;
}

Deno.test("flushAt is clamped down to maxQueueSize, so a full queue sends (CAP-004)", async () => {
  const { posthog, requests } = create({ flushAt: 50, maxQueueSize: 2 });
  capture(posthog);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals([requests.length, posthog.queueSize], [0, 1]);
  capture(posthog);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals([requests.length, posthog.queueSize], [1, 0]);
});

Deno.test("globalThis.fetch is looked up at the call and called without receiver (CAP-005)", async () => {
  const { posthog } = create({ fetch: undefined });
  const original = globalThis.fetch;
  const urls: unknown[] = [];
  const receivers: unknown[] = [];
  globalThis.fetch = function (this: unknown, input: unknown) {
    urls.push(input);
    receivers.push(this);
    return Promise.resolve(Response.json({ results: {} }));
  } as typeof fetch;
  try {
    capture(posthog);
    await posthog.flush();
  } finally {
    globalThis.fetch = original;
  }
  assertEquals(urls, [`https://us.i.posthog.com${SENT_PATH}`]);
  assertEquals(receivers, [undefined]);
});

Deno.test("before_send is taken, and beforeSend wins over it (CAP-006)", async () => {
  const name = (event: string) => (given: object) => ({ ...given, event });
  const snake = create({ before_send: name("snake") });
  const both = create({
    beforeSend: name("camel"),
    before_send: name("snake"),
  });
  for (
    const [{ posthog, requests }, event] of [
      [snake, "snake"],
      [both, "camel"],
    ] as const
  ) {
    capture(posthog);
    await posthog.flush();
    const { batch } = requests[0]?.body as unknown as {
      batch: { event: string }[];
    };
    assertEquals(batch[0]?.event, event);
  }
});

Deno.test("the environment is never read (CAP-007)", async () => {
  const asked: string[] = [];
  const { env } = Deno;
  const original = { get: env.get, toObject: env.toObject, has: env.has };
  const spy = (name: string) => {
    asked.push(name);
    throw new Error("The environment is refused here");
  };
  Object.assign(env, { get: spy, has: spy, toObject: () => spy("all") });
  try {
    const { posthog } = create();
    capture(posthog);
    await posthog.flush();
    await posthog.shutdown();
  } finally {
    Object.assign(env, original);
  }
  assertEquals(asked, []);
});

for (const apiKey of ["phx_secret1", "phs_secret1", " phs_secret1 "]) {
  Deno.test(`the secret '${apiKey.slice(0, 4)}…' as project token disables the client, with one error that does not show it (CAP-008, UPS-160, UPS-161, R57, R58)`, async () => {
    const { posthog, lines, errors, requests } = create({
      secretKey: "phs_2",
    }, { apiKey });
    assertEquals([posthog.isDisabled, capture(posthog)], [true, undefined]);
    const flags = await posthog.evaluateFlags("u");
    assertEquals([flags.keys, flags.isEnabled("f")], [[], false]);
    assertEquals(await posthog.getRemoteConfigPayload("f"), undefined);
    assertEquals((await refreshFlagDefinitions(posthog)).kind, "failed");
    posthog.captureAi({ event: "$ai_span" });
    posthog.captureException(new Error("no"));
    posthog.forRequest(undefined).capture({ event: "paid" });
    await posthog.reloadFeatureFlags();
    await posthog.flush();
    await posthog.shutdown();
    assertEquals(requests, []);
    assertEquals([lines().length, errors.length], [1, 1]);
    const [error] = errors;
    assert(error?.name === "ConfigError" && error.option === "apiKey");
    assert(error.message.includes("phc_…"));
    assert(lines()[0]?.startsWith("error: "));
    assert(
      !JSON.stringify([lines(), errors, error.message]).includes("ecret1"),
    );
  });
}

Deno.test("a project token as secret key is told, and counts as none (R59)", async () => {
  const { posthog, errors, requests } = create({ secretKey: "phc_y" });
  await posthog.evaluateFlags("u");
  assertEquals(
    errors.map((error) => error.name === "ConfigError" && error.option),
    ["secretKey", false],
  );
  assertEquals(new Set(requests.map(({ path }) => path)), new Set(["/flags"]));
});

for (
  const [given, used] of [
    [{ secretKey: "phx_1" }, "phx_1"],
    [{ personalApiKey: "phs_2" }, "phs_2"],
    [{ secretKey: "phx_1", personalApiKey: "phs_2" }, "phx_1"],
  ] as const
) {
  Deno.test(`definitions are asked for by ${used} of ${JSON.stringify(given)} (UPS-163)`, async () => {
    const { posthog, requests } = create(given);
    await posthog.evaluateFlags("u");
    const [request] = requests;
    assertEquals([request?.path, request?.headers["authorization"]], [
      "/flags/definitions",
      `Bearer ${used}`,
    ]);
  });
}

Deno.test("skip_ssl_verification is ignored, with one warning (CAP-010)", async () => {
  const { posthog, lines } = create({ skip_ssl_verification: true });
  capture(posthog);
  await posthog.flush();
  assertEquals(lines().length, 1);
  assert(lines()[0]?.startsWith("warn: "));
  assert(lines()[0]?.includes("skip_ssl_verification"));
});

Deno.test("a random source that throws gives way to the platform's", () => {
  const random = () => {
    throw new Error("no");
  };
  const tails = [create({ random }), create({ random })].map(({ posthog }) =>
    capture(posthog)?.slice(-12)
  );
  assert(tails[0] !== undefined && tails[0] !== tails[1], tails.join());
});

Deno.test("new PostHog() takes keys that no URL can carry", () => {
  const posthog = new PostHog("phc_\ud800", {
    secretKey: "phs_\udfff",
    disableSingletonWarning: true,
  });
  assertEquals(posthog.isDisabled, false);
});
