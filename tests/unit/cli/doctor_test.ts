import { assert, assertEquals, assertMatch } from "@std/assert";
import { createPostHogEmulator } from "edgehog/dev";
import { createFakeClock } from "edgehog/testing";
import { CODES } from "../../../scripts/cli/doctor/finding.ts";
import { call } from "./_terminal.ts";
import { fromRoot } from "../../_kit/paths.ts";

const TOKEN = "phc_of_the_project";
const SECRET = "phx_of_somebody";
const PROXY = "https://e.example.com";
const US = "https://us.i.posthog.com";

/** What stands between, or the server itself: what it answers, or the headers that it hands on. */
type Rule = (pathname: string, headers: Headers) => Response | Headers;

const passAll: Rule = (_pathname, headers) => headers;

const PAGE = "<!doctype html><title>Welcome</title>";

const showPage: Rule = () =>
  new Response(PAGE, { headers: { "content-type": "text/html" } });

/** Answers below one path by itself. */
const bar =
  (start: string, status: number, body = "no"): Rule => (path, headers) =>
    path.startsWith(start) ? new Response(body, { status }) : headers;

const strip = (pattern: RegExp): Rule => (_path, headers) =>
  new Headers([...headers].filter(([name]) => !pattern.test(name)));

const refuseToConnect = (code: string): Rule => () => {
  throw new TypeError("fetch failed", { cause: new Error(code) });
};

/** A set-up, and what the doctor has to say of it. */
interface Case {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly rule?: Rule;
  /** How far this machine's clock is ahead, in ms. */
  readonly aheadMs?: number;
  /** What the emulator's project ran out of. */
  readonly isOverQuota?: boolean;
  /** The findings that are no `ok` and not skipped. */
  readonly codes: readonly string[];
  /** What the line says, and its remedy. */
  readonly line?: RegExp;
}

const GOOD = {
  POSTHOG_PROJECT_TOKEN: TOKEN,
  POSTHOG_HOST: US,
  POSTHOG_PERSONAL_API_KEY: SECRET,
};

const BEHIND = { ...GOOD, POSTHOG_HOST: PROXY };

const CASES: readonly Case[] = [
  { name: "all is well", codes: [] },
  { name: "all is well behind a proxy", env: BEHIND, codes: [] },
  {
    name: "all is well by v0",
    env: { ...BEHIND, POSTHOG_CAPTURE_MODE: "v0" },
    rule: bar("/i/v1/", 404),
    codes: [],
  },
  {
    name: "without a key for definitions",
    env: { POSTHOG_API_KEY: TOKEN },
    codes: [],
  },
  {
    name: "the project is in the other region",
    env: { ...GOOD, POSTHOG_PROJECT_TOKEN: "phc_of_another_region" },
    codes: ["token-unknown"],
    line:
      /us\.i\.posthog\.com does not know the project token; .*region: .*eu\.i\.posthog/,
  },
  {
    name: "the project is in the other region, and capture takes any token",
    env: { ...GOOD, POSTHOG_PROJECT_TOKEN: "phc_of_another_region" },
    rule: bar("/i/v1/", 400, '{ "error": "empty_batch" }'),
    codes: ["token-unknown"],
  },
  {
    name: "a personal key as token",
    env: { ...GOOD, POSTHOG_PROJECT_TOKEN: SECRET },
    codes: ["secret-as-token"],
    line: /POSTHOG_PROJECT_TOKEN holds a secret key .*; put the project token/,
  },
  {
    name: "a token as personal key",
    env: { ...GOOD, POSTHOG_PERSONAL_API_KEY: TOKEN },
    codes: ["token-as-key"],
    line:
      /POSTHOG_PERSONAL_API_KEY holds a project token .*; put a personal API key/,
  },
  {
    name: "a token in the quotes of its file",
    env: { ...GOOD, POSTHOG_PROJECT_TOKEN: `"${TOKEN}"` },
    codes: ["odd-characters"],
    line: /^WRONG {2}token .*POSTHOG_PROJECT_TOKEN has characters .*quotes/,
  },
  {
    name: "a key that no header can carry",
    env: { ...GOOD, POSTHOG_PERSONAL_API_KEY: `${SECRET}\nX: y` },
    codes: ["odd-characters"],
    line: /^WRONG {2}definitions +POSTHOG_PERSONAL_API_KEY has characters/,
  },
  {
    name: "keys in the host's path and in a variable's name",
    env: {
      [`POSTHOG_${SECRET}`]: "x",
      POSTHOG_HOST: `${PROXY}/${SECRET}`,
      POSTHOG_API_KEY: TOKEN,
    },
    codes: ["path-in-host"],
    line: /path \/\[redacted\]/,
  },
  {
    name: "something else answers",
    env: BEHIND,
    rule: () => Response.json({}),
    codes: ["no-posthog"],
    line: /No PostHog is at https:.*: something else answered \(200\); set/,
  },
  {
    name: "a proxy is down",
    env: BEHIND,
    rule: bar("/", 502),
    codes: ["busy"],
    line: /^WRONG {2}host +https:\/\/e\.example\.com answered 502; try/,
  },
  {
    name: "two keys",
    env: { ...GOOD, POSTHOG_SECRET_KEY: SECRET },
    codes: ["two-keys"],
    line:
      /PERSONAL_API_KEY is ignored: POSTHOG_SECRET_KEY is set too; keep one/,
  },
  {
    name: "a proxy strips Authorization",
    env: BEHIND,
    rule: strip(/^authorization$/),
    codes: ["authorization-stripped"],
    line:
      /Authorization does not get through https:\/\/e\.example\.com.*; let the proxy pass Authorization, or set POSTHOG_CAPTURE_MODE=v0/,
  },
  {
    name: "a proxy strips Authorization and has no flags",
    env: BEHIND,
    rule: (path, headers) =>
      path.startsWith("/flags")
        ? new Response("no", { status: 404 })
        : strip(/^authorization$/)(path, headers),
    codes: ["authorization-stripped", "flags-barred"],
  },
  {
    name: "a proxy strips Authorization, by v0",
    env: { ...BEHIND, POSTHOG_CAPTURE_MODE: "v0" },
    rule: strip(/^authorization$/),
    codes: ["key-unknown"],
    line:
      /does not accept the key .*; .*let the proxy pass the header Authorization/,
  },
  {
    name: "a proxy strips PostHog's headers",
    env: BEHIND,
    rule: strip(/^posthog-/),
    codes: ["headers-stripped"],
    line: /PostHog-Sdk-Info is missing; let the proxy pass/,
  },
  {
    name: "a path in PostHog's host",
    env: { ...GOOD, POSTHOG_HOST: `${US}/batch/` },
    codes: ["path-in-host"],
    line:
      /a path, \/batch: .*; set POSTHOG_HOST to https:\/\/us\.i\.posthog\.com/,
  },
  {
    name: "a path in a proxy's host",
    env: { ...BEHIND, POSTHOG_HOST: `${PROXY}/app` },
    codes: ["path-in-host"],
    line: /path \/app: .* answered 404; leave the path out/,
  },
  {
    name: "a host that is no URL",
    env: { ...GOOD, POSTHOG_HOST: "/ingest" },
    codes: ["host-unusable"],
    line: /relative host can't serve a server; set POSTHOG_HOST/,
  },
  {
    name: "a host with credentials",
    env: { ...GOOD, POSTHOG_HOST: `https://user:${SECRET}@e.example.com` },
    codes: ["host-unusable"],
  },
  {
    name: "the app's address",
    env: { ...GOOD, POSTHOG_HOST: "https://app.posthog.com" },
    codes: ["app-host"],
    line:
      /app\.posthog\.com is the address of PostHog's app; .*; set POSTHOG_HOST to https:\/\/us\.i/,
  },
  {
    name: "a page of the app",
    env: { ...GOOD, POSTHOG_HOST: "https://eu.posthog.com/project/1" },
    codes: ["path-in-host"],
    line: /; set POSTHOG_HOST to https:\/\/eu\.i\.posthog\.com$/,
  },
  {
    name: "no scheme",
    env: { ...GOOD, POSTHOG_HOST: "us.i.posthog.com" },
    codes: ["host-without-scheme"],
    line: /no scheme: https is assumed; put https/,
  },
  {
    name: "another capture mode",
    env: { ...GOOD, POSTHOG_CAPTURE_MODE: "v2" },
    codes: ["option-refused"],
    line: /POSTHOG_CAPTURE_MODE: expected 'v0' or 'v1', got .*; correct it/,
  },
  {
    name: "the scope of definitions is missing",
    rule: bar("/flags/definitions", 403),
    codes: ["scope-missing"],
    line:
      /may not read flag definitions \(403\); give it the scope feature_flag:read/,
  },
  {
    name: "a key of another project",
    env: { ...GOOD, POSTHOG_PERSONAL_API_KEY: "phx_of_another" },
    codes: ["key-unknown"],
    line:
      /does not accept the key in POSTHOG_PERSONAL_API_KEY \(401\); use a key of this project/,
  },
  ...[403, 404, 405].map((status): Case => ({
    name: `a proxy answers ${status} to v1`,
    env: BEHIND,
    rule: bar("/i/v1/", status),
    codes: ["events-barred"],
    line:
      /\/i\/v1\/analytics\/events does not get through: .* answered 40\d; let the proxy pass \/i\/v1\/, or set POSTHOG_CAPTURE_MODE=v0/,
  })),
  {
    name: "a proxy has a page for v1",
    env: BEHIND,
    rule: bar("/i/v1/", 200, PAGE),
    codes: ["events-barred"],
    line: /a web page answered \(200\); let the proxy pass \/i\/v1\//,
  },
  {
    name: "a proxy without /flags",
    env: BEHIND,
    rule: bar("/flags", 404),
    codes: ["flags-barred"],
    line: /\/flags\/ does not get through: .*; let the proxy pass \/flags\//,
  },
  {
    name: "a proxy without the definitions",
    env: BEHIND,
    rule: bar("/flags/definitions", 404),
    codes: ["definitions-barred"],
    line: /\/flags\/definitions does not get through/,
  },
  {
    name: "a web page",
    env: BEHIND,
    rule: showPage,
    codes: ["web-page"],
    line:
      /A web page answers at https:\/\/e\.example\.com, not PostHog; set POSTHOG_HOST/,
  },
  {
    name: "another server",
    env: BEHIND,
    rule: bar("/", 404),
    codes: ["no-posthog"],
    line:
      /No PostHog is at https:\/\/e\.example\.com: .* answered 404; set POSTHOG_HOST/,
  },
  {
    name: "a redirect",
    env: BEHIND,
    rule: () =>
      new Response(null, {
        status: 301,
        headers: { location: "https://www.example.com/a?token=x" },
      }),
    codes: ["redirect"],
    line: /redirects \(301\) to https:\/\/www\.example\.com; set/,
  },
  {
    name: "no such name",
    env: BEHIND,
    rule: refuseToConnect("getaddrinfo ENOTFOUND e.example.com"),
    codes: ["no-such-name"],
    line:
      /name of https:\/\/e\.example\.com is not known .*; check the spelling/,
  },
  {
    name: "a certificate of its own",
    env: BEHIND,
    rule: refuseToConnect("self-signed certificate"),
    codes: ["tls"],
    line: /no connection that can be trusted .*; check its certificate/,
  },
  {
    name: "nobody listens",
    env: BEHIND,
    rule: refuseToConnect("connect ECONNREFUSED 127.0.0.1:1"),
    codes: ["refused"],
    line: /Nobody listens at .*; check host and port/,
  },
  {
    name: "the quota is used up",
    isOverQuota: true,
    codes: ["flags-quota"],
    line: /quota of feature flag requests is used up; raise its limit/,
  },
  {
    name: "the quota of definitions is used up",
    rule: bar("/flags/definitions", 402),
    codes: ["definitions-quota"],
    line: /quota of feature flag requests is used up \(402\); raise its limit/,
  },
  {
    name: "a host that fails in another way",
    env: BEHIND,
    rule: refuseToConnect("socket hang up"),
    codes: ["unreachable"],
    line: /e\.example\.com can't be reached .*; check the spelling/,
  },
  {
    name: "an answer that nobody expects",
    env: BEHIND,
    rule: bar("/i/v1/", 418),
    codes: ["odd-answer"],
    line: /answered 418; try again/,
  },
  {
    name: "the definitions are out of order",
    rule: bar("/flags/definitions", 500),
    codes: ["definitions-failed"],
    line: /PostHog answered 500; try again/,
  },
  {
    name: "PostHog is down",
    rule: bar("/", 503),
    codes: ["busy"],
    line: /PostHog answered 503; try again in a while/,
  },
  {
    name: "a clock that is ahead",
    aheadMs: 12 * 60_000,
    codes: ["clock-off"],
    line: /clock is 12 minutes ahead; set it/,
  },
  {
    name: "a clock that is behind",
    aheadMs: -3_600_000,
    codes: ["clock-off"],
    line: /clock is 60 minutes behind; set it/,
  },
  {
    name: "a clock of the day before yesterday",
    aheadMs: -50 * 3_600_000,
    codes: ["clock-off"],
    line: /clock is 2 days behind; set it/,
  },
  { name: "a clock that is nearly right", aheadMs: 299_000, codes: [] },
  {
    name: "nothing set",
    env: {},
    codes: ["missing-token"],
    line: /no project token; set POSTHOG_PROJECT_TOKEN/,
  },
  {
    name: "names that nobody reads",
    env: { NEXT_PUBLIC_POSTHOG_KEY: TOKEN, POSTHOG_HOST: US },
    codes: ["missing-token"],
    line: /no project token; nobody reads NEXT_PUBLIC_POSTHOG_KEY; set/,
  },
];

/** The doctor at a PostHog with one project, behind what a case puts there. */
async function examine(
  { env = GOOD, args = [], rule = passAll, aheadMs = 0, isOverQuota }: Case,
  ...more: readonly string[]
) {
  const clock = createFakeClock();
  const emulator = createPostHogEmulator({
    projectToken: TOKEN,
    secretKey: SECRET,
    clock,
    flags: { flags: [{ key: "a" }, { key: "b" }] },
  });
  if (isOverQuota) emulator.setQuotaLimited(["feature_flags", "events"]);
  const fetch = async (input: string | URL | Request, init?: RequestInit) => {
    const { pathname } = new URL(String(input));
    const ruled = rule(pathname, new Headers(init?.headers));
    const response = ruled instanceof Response
      ? ruled
      : await emulator.fetch(input, { ...init, headers: ruled });
    const headers = new Headers(response.headers);
    headers.set("date", new Date(clock.now() - aheadMs).toUTCString());
    const { status } = response;
    return new Response(response.body, { status, headers });
  };
  const called = await call(["doctor", ...args, ...more], {
    env,
    fetch,
    clock,
    directory: fromRoot("tests/unit/cli"),
  });
  return { ...called, emulator };
}

for (const row of CASES) {
  Deno.test(`edgehog doctor, ${row.name}: ${row.codes.join(", ") || "nothing"}`, async () => {
    const { status, said, emulator } = await examine(row, "--json");
    const { ok, findings } = JSON.parse(said.join("\n"));
    const loud = findings.filter(({ kind }: { kind: string }) =>
      kind === "wrong" || kind === "note"
    );
    assertEquals(loud.map(({ code }: { code: string }) => code), row.codes);
    const isWrong = loud.some(({ kind }: { kind: string }) => kind === "wrong");
    assertEquals([status, ok], isWrong ? [1, false] : [0, true]);
    const shown = await examine(row);
    assertEquals(shown.status, status);
    if (row.line) {
      const line = row.line;
      assert(shown.said.some((text) => line.test(text)), shown.said.join("\n"));
    }
    for (const text of [...said, ...shown.said, ...shown.complained]) {
      assert(!/ph[cxs]_[a-z]/.test(text), "a key was printed");
    }
    assertEquals(shown.said.filter((text) => text.includes("\n")), []);
    assertEquals(emulator.events, []);
  });
}

Deno.test("the doctor's findings stand in docs/cli.md, and each has a case here", async () => {
  const text = await Deno.readTextFile(fromRoot("docs/cli.md"));
  const rows = [...text.matchAll(/^\| `([a-z][a-z-]+)` +\|/gm)].map((
    [, code],
  ) => code ?? "");
  assertEquals(rows, [...CODES]);
  const shown = new Set([...CASES.flatMap(({ codes }) => codes), "timeout"]);
  assertEquals(CODES.filter((code) => !shown.has(code)), []);
});

Deno.test("edgehog doctor says what is right", async () => {
  const { said } = await examine({ name: "", codes: [] });
  assertMatch(
    said.join("\n"),
    /^ok {5}token .*\nok {5}host .*\nok {5}events .*\nok {5}flags .*\nok {5}definitions .* \(a personal API key\) reads the definitions of 2 flags\nok {5}clock /,
  );
});

Deno.test("edgehog doctor takes another host", async () => {
  const { said } = await examine(
    { name: "", codes: [], args: ["--host", PROXY] },
  );
  assert(said.some((line) => line.includes(`${PROXY} answers`)));
});

Deno.test("edgehog doctor, a host that does not answer: timeout", async () => {
  const { status, said } = await call(["doctor"], {
    env: GOOD,
    fetch: () => new Promise(() => {}),
    // Every deadline has passed.
    clock: { now: () => 0, sleep: () => Promise.resolve() },
  });
  assertEquals(status, 1);
  assertMatch(
    said.at(-1) ?? "",
    /^WRONG {2}host .* did not answer in time; check/,
  );
});

Deno.test("edgehog doctor reads a file of variables, and the environment wins", async () => {
  const file = "doctor.env";
  const args = ["--env", file];
  const { said } = await examine({ name: "", env: {}, args, codes: [] });
  assertEquals(said[0], `With the variables of ${file}:`);
  assertMatch(said[1] ?? "", /POSTHOG_PROJECT_TOKEN holds a secret key/);
  const { status } = await examine({ name: "", args, codes: [] });
  assertEquals(status, 0);
});

Deno.test("edgehog doctor says where it found no variable", async () => {
  const { said } = await examine({ name: "", env: {}, codes: [] });
  assertEquals(
    said[0],
    "No POSTHOG_… variable is in the environment, nor in .dev.vars, .env.local, .env of this directory:",
  );
});

Deno.test("edgehog doctor names a file that is not there, and fails", async () => {
  const args = ["--env", "none.env"];
  const { status, complained } = await examine({ name: "", args, codes: [] });
  assertEquals(status, 1);
  assertEquals(complained, [
    "edgehog: Cannot read the variables of none.env: there is no such file or directory",
  ]);
});
