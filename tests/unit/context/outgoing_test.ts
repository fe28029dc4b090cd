import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  buildTracingHeaders,
  createTracingFetch,
} from "../../../src/context/outgoing.ts";

type Fetch = typeof fetch;

const IDS = { distinctId: "user-1", sessionId: "s1" };
const tracing = () => buildTracingHeaders({ ...IDS, properties: {} });

/** A network that keeps the arguments of its calls. */
function createNetwork() {
  const calls: unknown[][] = [];
  const network = ((...args: unknown[]) => {
    calls.push(args);
    return Promise.resolve(new Response("ok"));
  }) as Fetch;
  return { network, calls };
}

const HOSTNAMES = [
  " API.example.com ",
  "",
  "*.wild.example",
  ".suffix.example",
  "https://scheme.example",
  "port.example:8443",
  "path.example/a",
  "127.0.0.1",
  "[::1]",
  5,
  null,
];

const HOST_ROWS: readonly [url: string, isTraced: boolean][] = [
  ["https://api.example.com/", true],
  ["http://api.example.com:8080/a?b#c", true],
  ["HTTPS://API.EXAMPLE.COM/", true],
  ["https://user:secret@api.example.com/", true],
  ["https://x.api.example.com/", false],
  ["https://api.example.com.evil.example/", false],
  ["https://evil.example/api.example.com", false],
  ["https://evil.example/?api.example.com", false],
  ["https://evil.example/#api.example.com", false],
  ["https://api.example.com@evil.example/", false],
  ["https://api.example.com\\@evil.example/", true],
  ["https://wild.example/", false],
  ["https://a.wild.example/", false],
  ["https://suffix.example/", false],
  ["https://a.suffix.example/", false],
  ["https://scheme.example/", false],
  ["https://port.example:8443/", false],
  ["https://path.example/a", false],
  ["http://127.0.0.1:8787/", true],
  ["http://0x7f.1/", true],
  ["http://[::1]/", true],
  ["data:text/plain,api.example.com", false],
  ["/api.example.com", false],
  ["//api.example.com/", false],
  ["api.example.com", false],
];

for (const [url, isTraced] of HOST_ROWS) {
  Deno.test(`createTracingFetch() ${isTraced ? "traces" : "does not trace"} ${url} (CTX-044)`, async () => {
    const { network, calls } = createNetwork();
    const names = HOSTNAMES as string[];
    await createTracingFetch(network, names, tracing)(url);
    const [[input, init] = []] = calls;
    const { headers } = (init ?? {}) as RequestInit;
    assertEquals(
      new Headers(headers).get("x-posthog-distinct-id"),
      isTraced ? "user-1" : null,
    );
    assertEquals(input, url);
  });
}

for (const names of [undefined, null, "api.example.com", {}, [Symbol("x")]]) {
  Deno.test(`createTracingFetch() matches nothing with ${String(names && typeof names)} for hostnames (CTX-044, CTX-049)`, async () => {
    const { network, calls } = createNetwork();
    await createTracingFetch(network, names, tracing)("https://a/");
    assertEquals(calls, [["https://a/"]]);
  });
}

const HOST = "https://api.example.com/";

Deno.test("createTracingFetch() does not see a later change of the hostnames (CTX-044)", async () => {
  const { network, calls } = createNetwork();
  const names = ["other.example"];
  const traced = createTracingFetch(network, names, tracing);
  names.push("api.example.com");
  await traced(HOST);
  assertEquals(calls, [[HOST]]);
});

/** What a runtime would read of the init that the network got. */
async function readInit(init: unknown): Promise<Record<string, unknown>> {
  const { network, calls } = createNetwork();
  const traced = createTracingFetch(network, ["api.example.com"], tracing);
  await traced(HOST, init as RequestInit);
  const [[, given] = []] = calls;
  const { headers, ...rest } = given as Record<string, unknown>;
  assertEquals(
    Object.fromEntries((headers as Headers).entries()),
    { "x-posthog-distinct-id": "user-1", "x-posthog-session-id": "s1" },
  );
  return rest;
}

const { signal } = new AbortController();
const dispatcher = {};

class Inherited {
  #cache = "no-store";
  headers = undefined;

  get cache() {
    return this.#cache;
  }
}

const INIT_ROWS: readonly [name: string, init: unknown, expected: object][] = [
  ["nothing", undefined, {}],
  ["null", null, {}],
  ["a plain init", { method: "PUT", body: "x", signal, cf: { a: 1 } }, {
    method: "PUT",
    body: "x",
    signal,
    cf: { a: 1 },
  }],
  ["members that are undefined", { body: undefined }, { body: undefined }],
  ["a frozen init", Object.freeze({ headers: {}, method: "PUT" }), {
    method: "PUT",
  }],
  ["members of a prototype", Object.create({ method: "PUT", duplex: "half" }), {
    method: "PUT",
    duplex: "half",
  }],
  [
    "members that are not enumerable",
    Object.defineProperties({}, {
      dispatcher: { value: dispatcher },
      headers: { value: undefined },
    }),
    { dispatcher },
  ],
  [
    "an object without a prototype",
    Object.assign(Object.create(null), {
      method: "PUT",
    }),
    { method: "PUT" },
  ],
];

for (const [name, init, expected] of INIT_ROWS) {
  Deno.test(`createTracingFetch() keeps of an init ${name} (CTX-045)`, async () => {
    const before = init && Object.getOwnPropertyDescriptors(init);
    assertEquals(await readInit(init), { ...expected });
    assertEquals(init && Object.getOwnPropertyDescriptors(init), before);
  });
}

Deno.test("createTracingFetch() keeps the getters of a class, private members behind them included (CTX-045)", async () => {
  assertEquals((await readInit(new Inherited()))["cache"], "no-store");
});

Deno.test("createTracingFetch() takes a Request for an init (CTX-045)", async () => {
  const init = new Request("https://a.example/", { method: "PUT", signal });
  const { method, redirect, signal: kept } = await readInit(init);
  assertEquals([method, redirect], ["PUT", "follow"]);
  assert(kept === init.signal, "the same signal");
});

Deno.test("createTracingFetch() follows a signal to its abort (CTX-045)", async () => {
  const { network, calls } = createNetwork();
  const traced = createTracingFetch(network, ["api.example.com"], tracing);
  const controller = new AbortController();
  await traced(new Request(HOST, { signal: controller.signal }));
  const [[copy] = []] = calls;
  controller.abort();
  assert(copy instanceof Request && copy.signal.aborted, "aborted, too");
});

Deno.test("createTracingFetch() gives back what fetch gives, errors included (CTX-045)", async () => {
  const error = new TypeError("no network");
  const answer = Promise.resolve(new Response("ok"));
  const hosts = ["api.example.com"];
  const wrap = (fn: () => unknown) =>
    createTracingFetch(fn as Fetch, hosts, tracing);
  assert(wrap(() => answer)(HOST) === answer, "the very promise");
  await assertRejects(() => wrap(() => Promise.reject(error))(HOST), TypeError);
  let thrown: unknown;
  try {
    wrap(() => {
      throw error;
    })(HOST);
  } catch (cause) {
    thrown = cause;
  }
  assert(thrown === error, "what is thrown at once is thrown at once");
});

Deno.test("createTracingFetch() calls fetch without an owner, and is the same in all else (CTX-045)", async () => {
  const owners: unknown[] = [];
  const network = Object.assign(
    function (this: unknown) {
      owners.push(this);
      return Promise.resolve(new Response("ok"));
    },
    { preconnect: () => "connected" },
  );
  const traced = createTracingFetch(network, ["api.example.com"], tracing);
  const client = { fetch: traced };
  await client.fetch(HOST);
  await client.fetch("https://elsewhere.example/");
  assertEquals(owners, [undefined, undefined]);
  assertEquals((traced as typeof network).preconnect(), "connected");
});

Deno.test("createTracingFetch() leaves a used request to fetch, which says what is wrong (CTX-049)", async () => {
  const { network, calls } = createNetwork();
  const traced = createTracingFetch(network, ["api.example.com"], tracing);
  const request = new Request(HOST, { method: "POST", body: "x" });
  await request.text();
  await traced(request);
  assert(calls[0]?.[0] === request, "as it was given");
});

Deno.test("createTracingFetch() leaves what only looks like a request to fetch (CTX-049)", async () => {
  const { network, calls } = createNetwork();
  const traced = createTracingFetch(network, ["api.example.com"], tracing);
  const lookalike = { url: HOST } as Request;
  await traced(lookalike);
  assert(calls[0]?.[0] === lookalike, "as it was given");
});

Deno.test("createTracingFetch() survives headers that can't be made (CTX-049)", async () => {
  const { network, calls } = createNetwork();
  const traced = createTracingFetch(network, ["api.example.com"], () => {
    throw new Error("no");
  });
  await traced(HOST);
  assertEquals(calls, [[HOST]]);
});

const VALUE_ROWS: readonly [
  name: string,
  id: string | undefined,
  expected: string | undefined,
][] = [
  ["an id", "user-1", "user-1"],
  ["no id", undefined, undefined],
  ["an empty id", "", undefined],
  ["blanks", "  ", undefined],
  ["Latin-1", "visitör", "visitör"],
  ["other letters", "用户", undefined],
  ["an emoji", "😀", undefined],
  ["a line break", "a\r\nb", "ab"],
  ["control characters", "\u0000a\u0007\u0085", "a"],
  ["a lone surrogate", "a\ud800", undefined],
  ["100 KB", "x".repeat(100 * 1024), "x".repeat(1000)],
];

for (const [name, id, expected] of VALUE_ROWS) {
  Deno.test(`buildTracingHeaders() makes of ${name} what a header can hold (CTX-046, CTX-047)`, () => {
    const build = (distinctId?: string, sessionId?: string) =>
      buildTracingHeaders({ distinctId, sessionId, properties: {} });
    const [distinct, session] = [
      "X-POSTHOG-DISTINCT-ID",
      "X-POSTHOG-SESSION-ID",
    ];
    const value = (header: string) =>
      expected === undefined ? {} : { [header]: expected };
    assertEquals(build(id, "s1"), { ...value(distinct), [session]: "s1" });
    assertEquals(build("user-1", id), {
      [distinct]: "user-1",
      ...value(session),
    });
  });
}
