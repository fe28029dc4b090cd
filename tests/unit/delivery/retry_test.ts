import { assert, assertEquals } from "@std/assert";
import {
  computeDelayMs,
  isRetryableStatus,
  parseRetryAfterMs,
} from "../../../src/delivery/retry.ts";

const POLICY = {
  fetchRetryCount: 3,
  fetchRetryDelay: 1000,
  maxRetryDelayMs: 30_000,
  retryJitter: 0.2,
};

Deno.test("computeDelayMs() doubles to its ceiling (CAP-222)", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7].map((n) =>
    computeDelayMs(POLICY, n, 0, 0)
  );
  assertEquals(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

Deno.test("computeDelayMs() only lengthens by jitter (CAP-223)", () => {
  assertEquals(computeDelayMs(POLICY, 1, 0, 0.5), 1100);
});

Deno.test("computeDelayMs() takes Retry-After as a floor, clamped (CAP-224, CAP-226, CAP-227)", () => {
  assertEquals(computeDelayMs(POLICY, 1, 3000, 0), 3000);
  assertEquals(computeDelayMs(POLICY, 3, 3000, 0), 4000);
  assertEquals(computeDelayMs(POLICY, 1, 86_400_000, 0), 30_000);
});

const NOW = Date.UTC(2026, 9, 21, 7, 27, 0);
const HEADER_ROWS: readonly [
  header: string | null,
  expected: number | undefined,
][] = [
  ["3", 3000],
  [" 120 ", 120_000],
  ["1.5", 1500],
  ["Wed, 21 Oct 2026 07:28:00 GMT", 60_000],
  ["Wednesday, 21-Oct-26 07:28:00 GMT", 60_000],
  ["Wed Oct 21 07:28:00 2026", 60_000],
  ["Wed, 21 Oct 2026 07:26:00 GMT", undefined],
  ["Sunday, 06-Nov-94 08:49:37 GMT", undefined],
  ["0", undefined],
  ["-5", undefined],
  ["soon", undefined],
  ["", undefined],
  [null, undefined],
];

for (const [header, expected] of HEADER_ROWS) {
  Deno.test(`parseRetryAfterMs() reads ${JSON.stringify(header)} (CAP-225, CAP-226)`, () => {
    assertEquals(parseRetryAfterMs(header, NOW), expected);
  });
}

for (const zone of ["America/New_York", "Asia/Kathmandu"]) {
  Deno.test(`parseRetryAfterMs() reads dates as GMT in ${zone} too (CAP-225)`, () => {
    const before = Deno.env.get("TZ") ?? "UTC";
    Deno.env.set("TZ", zone);
    try {
      assert(new Date(NOW).getTimezoneOffset() !== 0, "the zone is in force");
      for (const [header, expected] of HEADER_ROWS) {
        assertEquals(parseRetryAfterMs(header, NOW), expected);
      }
    } finally {
      Deno.env.set("TZ", before);
    }
  });
}

Deno.test("computeDelayMs() holds for any number of retries, also of a base of 0", () => {
  const policy = { ...POLICY, fetchRetryDelay: 0 };
  const waits = [POLICY, policy].map((p) => computeDelayMs(p, 5000, 0, 0));
  assertEquals(waits, [30_000, 0]);
});

Deno.test("isRetryableStatus() follows the v0 table (CAP-146)", () => {
  assertEquals(
    [408, 429, 500, 502, 503, 504, 520].every(isRetryableStatus),
    true,
  );
  assertEquals(
    [301, 400, 401, 402, 403, 404, 413, 415].some(isRetryableStatus),
    false,
  );
});
