import { assertEquals } from "@std/assert";
import { readPostHogCookie } from "../../../src/context/cookie.ts";
import { RequestContext } from "../../../src/context/request_context.ts";

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const TOKEN = "phc_a+b/c=";
const NAME = "ph_phc_aPLbSLcEQ_posthog";

const encode = (stored: unknown) => encodeURIComponent(JSON.stringify(stored));
const sesid = (idleMs: number, ageMs: number) => [
  NOW - idleMs,
  "s1",
  NOW - ageMs,
];
const identified = (more: object) => ({
  "distinct_id": "user-1",
  "$user_state": "identified",
  ...more,
});

const read = (cookie: unknown) => {
  const { distinctId, sessionId } = readPostHogCookie(
    { headers: { cookie: cookie as string } },
    { apiKey: TOKEN, clock: { now: () => NOW } },
  );
  return [distinctId, sessionId];
};

interface Row {
  readonly name: string;
  readonly cookie: unknown;
  readonly expected: readonly (string | undefined)[];
}

const NOBODY = [undefined, undefined];
const KNOWN = identified({ "$sesid": sesid(MINUTE, DAY / 2) });

const ROWS: readonly Row[] = [
  {
    name: "an identified person and a running session",
    cookie: `a=b; ${NAME}=${encode(KNOWN)}; c=d`,
    expected: ["user-1", "s1"],
  },
  {
    name: "an anonymous person's session",
    cookie: `${NAME}=${encode({ ...KNOWN, "$user_state": "anonymous" })}`,
    expected: [undefined, "s1"],
  },
  {
    name: "a person of no state",
    cookie: `${NAME}=${encode({ "distinct_id": "user-1" })}`,
    expected: NOBODY,
  },
  ...([
    ["30 minutes idle", sesid(30 * MINUTE, DAY), "s1"],
    ["a little more idle", sesid(30 * MINUTE + 1, DAY), undefined],
    ["a day old", sesid(0, DAY), "s1"],
    ["a little older", sesid(0, DAY + 1), undefined],
    ["of a clock a minute ahead", sesid(-MINUTE, -MINUTE), "s1"],
    ["of the far future", sesid(-DAY, 0), undefined],
    ["without a start", [NOW, "s1"], undefined],
    ["with times that are texts", [`${NOW}`, "s1", `${NOW}`], undefined],
    ["with an id that is none", [NOW, 5, NOW], undefined],
    ["without an id", [NOW, null, NOW], undefined],
    ["that is an object", { 0: NOW, 1: "s1", 2: NOW }, undefined],
  ] as const).map(([name, session, id]): Row => ({
    name: `a session ${name}`,
    cookie: `${NAME}=${encode(identified({ "$sesid": session }))}`,
    expected: ["user-1", id],
  })),
  {
    name: "an id with control characters",
    cookie: `${NAME}=${
      encode(identified({ "distinct_id": " u\u0001\r\n1 " }))
    }`,
    expected: ["u1", undefined],
  },
  {
    name: "an id that is a number",
    cookie: `${NAME}=${encode(identified({ "distinct_id": 5 }))}`,
    expected: NOBODY,
  },
  {
    name: "letters beyond ASCII",
    cookie: `${NAME}=${encode(identified({ "distinct_id": "用户" }))}`,
    expected: ["用户", undefined],
  },
  {
    name: "what is not percent-encoded",
    cookie: `${NAME}=${JSON.stringify(identified({}))}`,
    expected: ["user-1", undefined],
  },
  {
    name: "the second where the first is garbage",
    cookie: `${NAME}=%; ${NAME}=${encode(KNOWN)}`,
    expected: ["user-1", "s1"],
  },
  ...([
    ["another project's cookie", `ph_phc_other_posthog=${encode(KNOWN)}`],
    ["a longer name", `x${NAME}=${encode(KNOWN)}`],
    ["the token as it is", `ph_${TOKEN}_posthog=${encode(KNOWN)}`],
    ["a name without a value", NAME],
    ["an empty value", `${NAME}=`],
    ["half a percent sign", `${NAME}=%7`],
    ["percent-encoded garbage", `${NAME}=%ff%fe`],
    ["half of JSON", `${NAME}=${encode(KNOWN).slice(0, -3)}`],
    ["a list", `${NAME}=${encode([KNOWN])}`],
    ["null", `${NAME}=null`],
    ["deep nesting", `${NAME}=${"[".repeat(4000)}`],
    [
      "more than a browser keeps",
      `${NAME}=${encode({ ...KNOWN, more: "x".repeat(4096) })}`,
    ],
    ["a header that is a list", [`${NAME}=${encode(KNOWN)}`]],
    ["a header that is a number", 5],
    ["an empty header", ""],
  ] as const).map(([name, cookie]): Row => ({
    name,
    cookie,
    expected: NOBODY,
  })),
];

for (const { name, cookie, expected } of ROWS) {
  Deno.test(`readPostHogCookie() reads ${name} (CTX-053)`, () => {
    assertEquals(read(cookie), expected);
  });
}

Deno.test("readPostHogCookie() gets through a long header (CTX-053)", () => {
  const cookie = `${";".repeat(1e6)}${NAME}=${encode(KNOWN)}`;
  assertEquals(read(cookie), ["user-1", "s1"]);
});

const cookie = `ph_phc_test_posthog=${encode(KNOWN)}`;
const DISTINCT = "x-posthog-distinct-id";
const SESSION = "x-posthog-session-id";

for (
  const [headers, init, expected] of [
    [{ cookie }, {}, NOBODY],
    [{ cookie }, { readPostHogCookie: 1 }, NOBODY],
    [{ cookie }, { readPostHogCookie: true }, ["user-1", "s1"]],
    [{ cookie, [DISTINCT]: "h" }, { readPostHogCookie: true }, [
      "h",
      undefined,
    ]],
    [{ cookie, [SESSION]: "h" }, { readPostHogCookie: true }, [
      undefined,
      "h",
    ]],
    [{ cookie, [DISTINCT]: " ", [SESSION]: "\u0001" }, {
      readPostHogCookie: true,
    }, ["user-1", "s1"]],
    [{ cookie, [DISTINCT]: "h" }, {
      readPostHogCookie: true,
      useTracingHeaders: false,
    }, ["user-1", "s1"]],
    [{ cookie }, { readPostHogCookie: true, distinctId: "init" }, [
      "init",
      "s1",
    ]],
    [{ cookie }, { readPostHogCookie: true, sessionId: "init" }, [
      "user-1",
      "init",
    ]],
  ] as const
) {
  const names = Object.keys(headers).slice(1);
  Deno.test(`RequestContext with ${JSON.stringify(init)} and the headers [${names}] reads the cookie as ${expected} (CTX-053)`, () => {
    const { distinctId, sessionId } = new RequestContext(
      { headers },
      init as object,
      { apiKey: "phc_test", clock: { now: () => NOW } },
    );
    assertEquals<unknown>([distinctId, sessionId], expected);
  });
}

Deno.test("RequestContext judges a cookie's session at the moment of the request (CTX-053)", () => {
  const stored = JSON.stringify({ "$sesid": [NOW - 29 * 60_000, "s1", NOW] });
  const cookie = `ph_phc_test_posthog=${encodeURIComponent(stored)}`;
  let now = NOW;
  const context = new RequestContext(
    { headers: { cookie } },
    { readPostHogCookie: true },
    { apiKey: "phc_test", clock: { now: () => now } },
  );
  now += 2 * 60_000;
  assertEquals(context.sessionId, "s1");
});
