import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { checkFlagOptions } from "../../../src/flags/options.ts";
import { OptionReader } from "../../../src/options/reader.ts";
import { resolveOptions } from "../../../src/options/resolve.ts";
import { refused, resolve } from "./_resolve.ts";

/** What the documentation of each option says. */
const DEFAULTS = {
  host: "https://us.i.posthog.com",
  captureMode: "v1",
  compression: "gzip",
  flushAt: 1,
  maxBatchSize: 100,
  maxQueueSize: 10_000,
  maxQueueBytes: 32 * 1024 * 1024,
  maxEventBytes: 900 * 1024,
  maxBatchBytes: 5 * 1024 * 1024,
  flushInterval: 5000,
  fetchRetryCount: 3,
  fetchRetryDelay: 1000,
  maxRetryDelayMs: 30_000,
  retryJitter: 0.2,
  requestTimeout: 10_000,
  disableCompression: false,
  historicalMigration: false,
  isServer: true,
  disabled: false,
  defaultOptIn: true,
  testMode: false,
  syncMode: false,
  debug: false,
  disableSingletonWarning: false,
  privacyMode: false,
  enableFullAiCapture: false,
  featureFlagsPollingInterval: 30_000,
  featureFlagsRequestTimeoutMs: 3000,
  featureFlagsRequestMaxRetries: 1,
  maxCacheSize: 50_000,
  enableLocalEvaluation: true,
  strictLocalEvaluation: false,
  sendFeatureFlagEvent: true,
  featureFlagsLogWarnings: true,
};

Deno.test("resolveOptions() gives every default without options", () => {
  const { options, problems, notes } = resolve("  phc_x ", undefined);
  assertEquals([problems, notes], [[], []]);
  assertEquals(options.apiKey, "phc_x");
  for (const [name, value] of Object.entries(DEFAULTS)) {
    assertEquals<unknown>(options[name as keyof typeof options], value, name);
  }
});

Deno.test("an option that nobody takes is refused, and the one that is spelled like it named", () => {
  assertEquals(
    resolve("phc_x", { "flush_at": 5, color: "red", unset: undefined }).problems
      .map(({ message }) => message),
    [
      "Cannot use option 'flush_at': no feature of this client takes it; did you mean 'flushAt'?",
      "Cannot use option 'color': no feature of this client takes it",
    ],
  );
});

Deno.test("a key or token that is given is known as a secret", () => {
  const read = new OptionReader({ secretKey: "phs_1" });
  resolveOptions("phc_x", read);
  checkFlagOptions(read);
  assertEquals(read.secrets, ["phc_x", "phs_1"]);
});

for (const key of [undefined, null, "", "  ", 42, {}]) {
  Deno.test(`resolveOptions() disables the client for the key ${JSON.stringify(key)} (CAP-001)`, () => {
    const { options, problems } = resolve(key, {});
    assertEquals(options.disabled, true);
    assertEquals(problems.map(({ option }) => option), ["apiKey"]);
    assertMatch(problems[0]?.message ?? "", /\bPOSTHOG_PROJECT_TOKEN\b/);
  });
}

for (const key of ["phx_personal", "phs_project", " phs_x "]) {
  Deno.test(`resolveOptions() refuses the secret '${key.slice(0, 5)}…' as project token, disables the client and shows nothing of it (CAP-008, UPS-160)`, () => {
    const { options, problems } = resolve(key, {});
    assertEquals([options.disabled, options.apiKey], [true, ""]);
    assertEquals(problems.map(({ option, message }) => [option, message]), [[
      "apiKey",
      "Cannot use option 'apiKey': this is a secret key, expected a project token (phc_…, in POSTHOG_PROJECT_TOKEN); the client is disabled",
    ]]);
  });
}

for (const key of ["legacytoken", "phc_x", "PHX_1", "phx", "xphs_1"]) {
  Deno.test(`resolveOptions() takes ${key} for a project token (UPS-162, R60)`, () => {
    const { options, problems } = resolve(key, {});
    assertEquals([options.disabled, options.apiKey, problems], [
      false,
      key,
      [],
    ]);
  });
}

Deno.test("a key that is refused is a secret as well, wherever it was given (UPS-164)", () => {
  const read = new OptionReader({
    secretKey: "phc_1",
    personalApiKey: "phc_2",
  });
  const { redact } = resolveOptions("phx_3", read);
  checkFlagOptions(read);
  assertEquals(read.problems.map(({ option }) => option), [
    "apiKey",
    "secretKey",
    "personalApiKey",
  ]);
  assertEquals(
    redact("phc_1 phc_2 phx_3"),
    "[redacted] [redacted] [redacted]",
  );
});

const WRONG_ROWS: readonly [name: string, value: unknown, message: string][] = [
  [
    "featureFlagsRequestTimeoutMs",
    3,
    "a number of milliseconds from 100 to 2147483647, got 3",
  ],
  [
    "featureFlagsRequestTimeoutMs",
    99.9,
    "a number of milliseconds from 100 to 2147483647, got 99.9",
  ],
  [
    "featureFlagsPollingInterval",
    30,
    "a number of milliseconds from 100 to 2147483647, got 30",
  ],
  [
    "requestTimeout",
    1e12,
    "a number of milliseconds from 1 to 2147483647, got 1000000000000",
  ],
  [
    "flushInterval",
    "5s",
    "a number of milliseconds from 0 to 2147483647, got string",
  ],
  ["flushAt", 0, "an integer of at least 1, got 0"],
  ["flushAt", NaN, "an integer of at least 1, got NaN"],
  ["flushAt", "20", "an integer of at least 1, got string"],
  ["maxQueueSize", [], "an integer of at least 1, got array"],
  ["fetchRetryCount", -1, "an integer of at least 0, got -1"],
  ["retryJitter", 1.5, "a number from 0 to 1, got 1.5"],
  ["disabled", "true", "a boolean, got string"],
  ["secretKey", 4711, "a string, got number"],
  ["beforeSend", 4711, "a function or a list of functions, got number"],
];

for (const [name, value, message] of WRONG_ROWS) {
  Deno.test(`the refusal of ${name}: ${JSON.stringify(value)} says what is wrong (FLD-023)`, () => {
    assertEquals(
      resolve("phc_x", { [name]: value }).problems.map(({ message }) =>
        message
      ),
      [`Cannot use option '${name}': expected ${message}`],
    );
  });
}

Deno.test("featureFlagsRequestTimeoutMs may be 100, and is its default below (EDGE-443, FLD-023)", () => {
  const read = (given: number) =>
    resolve("phc_x", { featureFlagsRequestTimeoutMs: given }).options
      .featureFlagsRequestTimeoutMs;
  assertEquals([read(100), read(99)], [100, 3000]);
});

const NUMBER_ROWS: readonly [name: string, value: unknown][] = [
  ["flushAt", 0],
  ["flushAt", "20"],
  ["flushAt", 1.5],
  ["maxBatchSize", -1],
  ["maxQueueSize", NaN],
  ["fetchRetryCount", Infinity],
  ["fetchRetryDelay", -1],
  ["retryJitter", 1.1],
  ["requestTimeout", 0],
  ["featureFlagsPollingInterval", 99],
];

for (const [name, value] of NUMBER_ROWS) {
  Deno.test(`resolveOptions() takes the default for ${name}: ${String(value)} and names it once (CAP-004)`, () => {
    const { options, problems } = resolve("phc_x", { [name]: value });
    assertEquals(
      options[name as keyof typeof DEFAULTS],
      // Whoever names one gathers.
      { ...DEFAULTS, flushAt: 20 }[name as keyof typeof DEFAULTS],
    );
    assertEquals(problems.map(({ option }) => option), [name]);
  });
}

Deno.test("resolveOptions() clamps flushAt down to maxQueueSize, never the reverse (CAP-004)", () => {
  const { options } = resolve("phc_x", {
    flushAt: 50,
    maxQueueSize: 10,
  });
  assertEquals([options.flushAt, options.maxQueueSize], [10, 10]);
});

Deno.test("resolveOptions() prefers beforeSend to before_send (CAP-006)", () => {
  const first = () => null;
  const second = () => null;
  assertEquals(
    resolve("phc_x", { before_send: second }).options.beforeSend,
    [second],
  );
  assertEquals(
    resolve("phc_x", { beforeSend: first, before_send: second }).options
      .beforeSend,
    [first],
  );
  assertEquals(
    resolve("phc_x", { beforeSend: [first, second] }).options.beforeSend,
    [first, second],
  );
  assertEquals(refused({ beforeSend: [first, 1] }), ["beforeSend"]);
});

Deno.test("resolveOptions() takes before_send where beforeSend can't be used, and reports either (CAP-006, FLD-021)", () => {
  const hook = () => null;
  const older = resolve("phc_x", { beforeSend: 4711, before_send: hook });
  assertEquals(older.options.beforeSend, [hook]);
  assertEquals(older.problems.map(({ option }) => option), ["beforeSend"]);
  const newer = resolve("phc_x", { beforeSend: hook, before_send: 4711 });
  assertEquals(newer.options.beforeSend, [hook]);
  assertEquals(newer.problems.map(({ option }) => option), ["before_send"]);
});

Deno.test("resolveOptions() prefers secretKey, and refuses a project token in its place (FLG-011)", () => {
  const both = resolve("phc_x", {
    secretKey: "phs_1",
    personalApiKey: "phx_1",
  });
  assertEquals(both.options.secretKey, "phs_1");
  assertEquals(both.notes.length, 1);
  const token = resolve("phc_x", { personalApiKey: "phc_x" });
  assertEquals(token.options.secretKey, undefined);
  assertEquals(token.problems.map(({ option }) => option), ["personalApiKey"]);
  assertEquals(
    resolve("phc_x", { personalApiKey: " " }).options.secretKey,
    undefined,
  );
});

Deno.test("resolveOptions() ignores skip_ssl_verification with one note (CAP-010)", () => {
  const { notes } = resolve("phc_x", { skip_ssl_verification: true });
  assertEquals(notes.length, 1);
  assertStringIncludes(notes.join(), "skip_ssl_verification");
});

Deno.test("resolveOptions() takes captureMode from its list only, and v1 for anything else (CAP-007, UPS-001, R4)", () => {
  assertEquals(
    resolve("phc_x", { captureMode: "v0" }).options.captureMode,
    "v0",
  );
  for (const wrong of ["v9", "auto"]) {
    assertEquals(
      resolve("phc_x", { captureMode: wrong }).options.captureMode,
      "v1",
    );
    assertEquals(refused({ captureMode: wrong }), ["captureMode"]);
  }
});

Deno.test("resolveOptions() refuses seams of the wrong kind", () => {
  const wrong = {
    fetch: 1,
    logger: {},
    transport: { send: 1 },
    now: "x",
    hasher: {},
    flagDefinitionCache: {},
    waitUntil: {},
  };
  assertEquals([...refused(wrong)].sort(), Object.keys(wrong).sort());
});

Deno.test("resolveOptions() checks projectTimezone against the runtime's names", () => {
  assertEquals(
    resolve("phc_x", { projectTimezone: "UTC" }).options.projectTimezone,
    "UTC",
  );
  assertEquals(refused({ projectTimezone: "Mars/Base" }), ["projectTimezone"]);
});

Deno.test("resolveOptions() survives options that can't be read", () => {
  const hostile = new Proxy({}, {
    get() {
      throw new Error("no");
    },
  });
  assert(refused(hostile).includes("host"));
  assertEquals(resolve("phc_x", null).options.flushAt, 1);
  assertEquals(resolve("phc_x", "text").options.flushAt, 1);
});

Deno.test("resolveOptions() falls back to the platform's clock when 'now' throws or lies", () => {
  const throwing = resolve("phc_x", {
    now: () => {
      throw new Error("no");
    },
  });
  const lying = resolve("phc_x", { now: () => NaN });
  for (const { options } of [throwing, lying]) {
    assert(options.clock.now() > 1_700_000_000_000);
  }
});

Deno.test("resolveOptions() treats a wait that rejects as over", async () => {
  const { options } = resolve("phc_x", {
    sleep: () => Promise.reject(new Error("no")),
  });
  assertEquals(await options.clock.sleep(1), undefined);
});

Deno.test("resolveOptions() ends a wait of the application's at once where its signal was aborted before", async () => {
  const { options } = resolve("phc_x", { sleep: () => new Promise(() => {}) });
  assertEquals(await options.clock.sleep(1, AbortSignal.abort()), undefined);
});
