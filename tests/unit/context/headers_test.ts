import { assertEquals } from "@std/assert";
import { readHeader, sanitise } from "../../../src/context/headers.ts";

const ROWS: readonly [
  name: string,
  input: unknown,
  expected: string | undefined,
][] = [
  ["blanks and control characters", "  user\u0001-1  ", "user-1"],
  ["a blank behind a control character", "\u0001 x", "x"],
  [
    "such a blank before as much as fits",
    "\u0001 " + "x".repeat(1000),
    "x".repeat(1000),
  ],
  [
    "control characters of both ranges",
    "a\u0000\u001f\u007f\u0080\u009fb",
    "ab",
  ],
  ["characters beside those ranges", "a \u0020~\u00a1b", "a  ~\u00a1b"],
  ["nothing but control characters", "\u0001\u007f\u0085", undefined],
  ["1,500 characters", "x".repeat(1500), "x".repeat(1000)],
  ["a pair across the cut", "x".repeat(999) + "😀", "x".repeat(999)],
  ["a pair before the cut", "x".repeat(998) + "😀y", "x".repeat(998) + "😀"],
  ["a blank before the cut", "x".repeat(999) + " yz", "x".repeat(999)],
  ["a list", ["", "x"], "x"],
  ["a list with other things", [1, null, "\u0001", "y"], "y"],
  ["a lone surrogate", "a\ud800", "a\ufffd"],
  ["commas", "a, b", "a, b"],
  ["percent signs", "a%20b", "a%20b"],
  ["a number", 42, undefined],
  ["an object", { x: 1 }, undefined],
  ["nothing", undefined, undefined],
];

for (const [name, input, expected] of ROWS) {
  Deno.test(`sanitise() reads ${name} (CTX-009, CTX-010, CTX-011, CTX-012)`, () => {
    assertEquals(sanitise(input), expected);
  });
}

Deno.test("sanitise() never leaves half a pair, wherever it cuts (CTX-011)", () => {
  for (let length = 0; length < 12; length++) {
    const text = sanitise("a😀b😀c\ud83d😀", length) ?? "";
    assertEquals([text.isWellFormed(), text.length <= length], [true, true]);
  }
});

const get = () => {
  throw new Error("no");
};
const HEADER_ROWS: readonly [name: string, headers: unknown, unknown][] = [
  ["Headers", new Headers({ "x-POSTHOG-distinct-ID": "u" }), "u"],
  ["a record in lower case", { "x-posthog-distinct-id": "u" }, "u"],
  ["a record in upper case", { "X-POSTHOG-DISTINCT-ID": "u" }, "u"],
  ["a record with a list", { "X-PostHog-Distinct-Id": ["u"] }, ["u"]],
  ["a record without it", { get: "u" }, undefined],
  ["a record without a prototype", Object.create(null), undefined],
  ["headers that throw", { get }, undefined],
  [
    "a record whose getter throws",
    Object.defineProperty({}, "x-posthog-distinct-id", {
      get,
      enumerable: true,
    }),
    undefined,
  ],
  ["a text", "x-posthog-distinct-id: u", undefined],
  ["null", null, undefined],
];

for (const [name, headers, expected] of HEADER_ROWS) {
  Deno.test(`readHeader() reads ${name} (CTX-002, CTX-012)`, () => {
    const request = { headers } as { headers: Headers };
    assertEquals(readHeader(request, "X-POSTHOG-DISTINCT-ID"), expected);
    assertEquals(readHeader(request, "x-posthog-distinct-id"), expected);
  });
}
