// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";
import {
  createHarness,
  definitionsOf,
  type FakeAnswer,
  flag,
  logged,
} from "../../flags/_helpers.ts";

const on = definitionsOf([flag([{}])], { headers: { ETag: 'W/"1"' } });
const DEFINITIONS = "/flags/definitions";

interface Failure {
  readonly name: string;
  readonly answer: FakeAnswer;
  readonly code: string;
  readonly level: "warn" | "error";
  readonly waitMs: number;
  /** Notices after the first of them; one without an answer gives none (FLD-033). */
  readonly firstNotices?: number;
}

const FAILURES: readonly Failure[] = [
  {
    name: "401 (FLG-015)",
    answer: { status: 401 },
    code: "http",
    level: "error",
    waitMs: 60_000,
  },
  {
    name: "403 (FLG-015)",
    answer: { status: 403 },
    code: "http",
    level: "error",
    waitMs: 60_000,
  },
  {
    name: "402 (FLG-016)",
    answer: { status: 402 },
    code: "quota",
    level: "warn",
    waitMs: 60_000,
  },
  {
    name: "429 (FLG-017)",
    answer: { status: 429, headers: { "Retry-After": "200" } },
    code: "http",
    level: "warn",
    waitMs: 200_000,
  },
  {
    name: "503 (FLG-018)",
    answer: { status: 503 },
    code: "http",
    level: "warn",
    waitMs: 30_000,
  },
  {
    name: "network failure (FLG-018)",
    answer: { kind: "network" },
    code: "network",
    level: "warn",
    waitMs: 30_000,
    firstNotices: 0,
  },
  {
    name: "200 that is no document (FLG-001)",
    answer: { status: 200, body: {} },
    code: "unreadable",
    level: "warn",
    waitMs: 30_000,
  },
];

for (
  const { name, answer, code, level, waitMs, firstNotices = 1 } of FAILURES
) {
  Deno.test(`Definitions are kept after a ${name}, with one notice and a wait`, async () => {
    const harness = createHarness({ definitions: [on, answer, answer, on] });
    await harness.evaluateFlags("ada");
    await harness.clock.advance(30_000);
    await harness.evaluateFlags("ada");
    await harness.clock.settle();
    assertEquals((await harness.evaluateFlags("ada")).getFlag("f"), true);
    assertEquals(harness.errors.map((error) => [error.name, error.code]), [[
      "RequestError",
      code,
    ]]);
    assertEquals(logged(harness, level).length, firstNotices);
    await harness.clock.advance(waitMs - 1);
    await harness.evaluateFlags("ada");
    assertEquals(harness.requests.length, 2);
    await harness.clock.advance(1);
    await harness.evaluateFlags("ada");
    await harness.clock.settle();
    assertEquals([
      harness.requests.length,
      logged(harness, level).length,
      harness.errors.length,
    ], [3, 1, 2]);
  });
}

Deno.test("Refusals double the wait up to ten minutes, and a success resets it (FLG-015)", async () => {
  const harness = createHarness({ definitions: [{ status: 401 }] });
  await harness.evaluateFlags("ada");
  for (const waitMs of [60_000, 120_000, 240_000, 480_000, 600_000, 600_000]) {
    const before = harness.paths().filter((path) =>
      path === DEFINITIONS
    ).length;
    await harness.clock.advance(waitMs - 1);
    await harness.evaluateFlags("ada");
    assertEquals(
      harness.paths().filter((path) => path === DEFINITIONS).length,
      before,
    );
    await harness.clock.advance(1);
    await harness.evaluateFlags("ada");
    assertEquals(
      harness.paths().filter((path) => path === DEFINITIONS).length,
      before + 1,
    );
  }
});

for (const status of [401, 403]) {
  Deno.test(`a ${status} for definitions names the three causes in the log, and shows no key (UPS-166)`, async () => {
    const { posthog, emulator, logs } = createTestClient({
      secretKey: "phs_secret1",
    });
    emulator.failNext({ path: "/flags/definitions", status });
    await posthog.evaluateFlags("u");
    const [line = "", ...others] = logs.filter(({ level }) => level === "error")
      .map(({ message }) => message);
    assertEquals(others, []);
    for (
      const cause of [
        "'secretKey' or 'personalApiKey' is wrong",
        "lacks the scope feature_flag:read",
        "of another project or region",
      ]
    ) assertEquals(line.includes(cause), true, line);
    assertEquals(line.includes("ecret1"), false);
  });
}
