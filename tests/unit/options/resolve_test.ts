import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  BOOLEAN_DEFAULTS,
  NUMBER_RULES,
} from "../../../src/options/defaults.ts";
import { resolveOptions } from "../../../src/options/resolve.ts";

const refused = (options: unknown) =>
  resolveOptions("phc_x", options).problems.map(({ option }) => option);

Deno.test("resolveOptions() gives every default without options", () => {
  const { options, problems, notes } = resolveOptions("  phc_x ", undefined);
  assertEquals(problems, []);
  assertEquals(notes, []);
  assertEquals(options.apiKey, "phc_x");
  assertEquals(options.host, "https://us.i.posthog.com");
  for (const [name, rule] of Object.entries(NUMBER_RULES)) {
    assertEquals(
      options[name as keyof typeof NUMBER_RULES],
      rule.default,
      name,
    );
  }
  for (const [name, value] of Object.entries(BOOLEAN_DEFAULTS)) {
    assertEquals(options[name as keyof typeof BOOLEAN_DEFAULTS], value, name);
  }
  assert(Object.isFrozen(options));
});

for (const key of [undefined, null, "", "  ", 42, {}]) {
  Deno.test(`resolveOptions() disables the client for the key ${JSON.stringify(key)} (CAP-001)`, () => {
    const { options, problems } = resolveOptions(key, {});
    assertEquals(options.disabled, true);
    assertEquals(problems.map(({ option }) => option), ["apiKey"]);
  });
}

for (const key of ["phx_personal", "phs_project"]) {
  Deno.test(`resolveOptions() refuses the secret ${key.slice(0, 4)}… as project token without showing it (CAP-008)`, () => {
    const { problems } = resolveOptions(key, {});
    assertEquals(problems.length, 1);
    assert(!JSON.stringify(problems).includes(key));
  });
}

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
    const { options, problems } = resolveOptions("phc_x", { [name]: value });
    assertEquals(
      options[name as keyof typeof NUMBER_RULES],
      NUMBER_RULES[name as keyof typeof NUMBER_RULES].default,
    );
    assertEquals(problems.map(({ option }) => option), [name]);
  });
}

Deno.test("resolveOptions() clamps flushAt down to maxQueueSize, never the reverse (CAP-004)", () => {
  const { options } = resolveOptions("phc_x", {
    flushAt: 50,
    maxQueueSize: 10,
  });
  assertEquals([options.flushAt, options.maxQueueSize], [10, 10]);
});

const HOST_ROWS: readonly [given: unknown, host: string, isRefused: boolean][] =
  [
    ["https://eu.i.posthog.com/", "https://eu.i.posthog.com", false],
    [
      "  https://proxy.example/ingest//  ",
      "https://proxy.example/ingest",
      false,
    ],
    ["", "https://us.i.posthog.com", false],
    ["https://app.posthog.com", "https://us.i.posthog.com", false],
    ["https://us.posthog.com/", "https://us.i.posthog.com", false],
    ["https://EU.posthog.com", "https://eu.i.posthog.com", false],
    ["http://127.0.0.1:8010", "http://127.0.0.1:8010", false],
    ["ftp://x.example", "https://us.i.posthog.com", true],
    ["https://", "https://us.i.posthog.com", true],
    ["https://a.example/?x=1", "https://us.i.posthog.com", true],
    ["https://user:secret@a.example", "https://us.i.posthog.com", true],
    [42, "https://us.i.posthog.com", true],
  ];

for (const [given, host, isRefused] of HOST_ROWS) {
  Deno.test(`resolveOptions() reads the host ${JSON.stringify(given)} (CAP-003)`, () => {
    const { options, problems } = resolveOptions("phc_x", { host: given });
    assertEquals(options.host, host);
    assertEquals(problems.length, isRefused ? 1 : 0);
    assert(!JSON.stringify(problems).includes("secret"));
  });
}

Deno.test("resolveOptions() assumes https for a host without scheme and says so", () => {
  const { options, notes } = resolveOptions("phc_x", {
    host: "eu.i.posthog.com",
  });
  assertEquals(options.host, "https://eu.i.posthog.com");
  assertEquals(notes.length, 1);
});

Deno.test("resolveOptions() prefers beforeSend to before_send (CAP-006)", () => {
  const first = () => null;
  const second = () => null;
  assertEquals(
    resolveOptions("phc_x", { before_send: second }).options.beforeSend,
    [second],
  );
  assertEquals(
    resolveOptions("phc_x", { beforeSend: first, before_send: second }).options
      .beforeSend,
    [first],
  );
  assertEquals(
    resolveOptions("phc_x", { beforeSend: [first, second] }).options.beforeSend,
    [first, second],
  );
  assertEquals(refused({ beforeSend: [first, 1] }), ["beforeSend"]);
});

Deno.test("resolveOptions() prefers secretKey, and refuses a project token in its place (FLG-011)", () => {
  const both = resolveOptions("phc_x", {
    secretKey: "phs_1",
    personalApiKey: "phx_1",
  });
  assertEquals(both.options.secretKey, "phs_1");
  assertEquals(both.notes.length, 1);
  const token = resolveOptions("phc_x", { personalApiKey: "phc_x" });
  assertEquals(token.options.secretKey, undefined);
  assertEquals(token.problems.map(({ option }) => option), ["personalApiKey"]);
  assertEquals(
    resolveOptions("phc_x", { personalApiKey: " " }).options.secretKey,
    undefined,
  );
});

Deno.test("resolveOptions() ignores skip_ssl_verification with one note (CAP-010)", () => {
  const { notes } = resolveOptions("phc_x", { skip_ssl_verification: true });
  assertEquals(notes.length, 1);
  assertStringIncludes(notes.join(), "skip_ssl_verification");
});

Deno.test("resolveOptions() takes captureMode from its list only (CAP-007)", () => {
  assertEquals(
    resolveOptions("phc_x", { captureMode: "v1" }).options.captureMode,
    "v1",
  );
  assertEquals(
    resolveOptions("phc_x", { captureMode: "v9" }).options.captureMode,
    "v0",
  );
  assertEquals(refused({ captureMode: "v9" }), ["captureMode"]);
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
  assertEquals(refused(wrong).sort(), Object.keys(wrong).sort());
});

Deno.test("resolveOptions() checks projectTimezone against the runtime's names", () => {
  assertEquals(
    resolveOptions("phc_x", { projectTimezone: "UTC" }).options.projectTimezone,
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
  assertEquals(resolveOptions("phc_x", null).options.flushAt, 20);
  assertEquals(resolveOptions("phc_x", "text").options.flushAt, 20);
});

Deno.test("resolveOptions() falls back to the platform's clock when 'now' throws or lies", () => {
  const throwing = resolveOptions("phc_x", {
    now: () => {
      throw new Error("no");
    },
  });
  const lying = resolveOptions("phc_x", { now: () => NaN });
  for (const { options } of [throwing, lying]) {
    assert(options.clock.now() > 1_700_000_000_000);
  }
});

Deno.test("resolveOptions() treats a wait that rejects as over", async () => {
  const { options } = resolveOptions("phc_x", {
    sleep: () => Promise.reject(new Error("no")),
  });
  assertEquals(await options.clock.sleep(1), undefined);
});
