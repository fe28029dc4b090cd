import { assertEquals, assertRejects } from "@std/assert";
import { type PostHog, type RequestScope, withPostHog } from "edgehog";
import { createTestClient, type TestClientOptions } from "edgehog/testing";
import { CAPTURE_PATH } from "../../_kit/capture_paths.ts";

/** A context as a runtime gives it: a detached `waitUntil` fails as it does on Workers. */
class FakeContext {
  readonly pending: Promise<unknown>[] = [];

  waitUntil(promise: Promise<unknown>): void {
    if (!(this instanceof FakeContext)) {
      throw new TypeError("Illegal invocation");
    }
    this.pending.push(promise);
  }
}

const request = () =>
  new Request("https://shop.example/pay", {
    headers: { "x-posthog-distinct-id": "visitor-1" },
  });

/** Runs a Worker's handler once and gives what arrived. */
async function runWorker(
  act: (hog: RequestScope, posthog: PostHog) => Response | Promise<Response>,
  {
    onError,
    options,
    before,
  }: {
    readonly onError?: (error: unknown) => Response | Promise<Response>;
    readonly options?: TestClientOptions;
    readonly before?: (posthog: PostHog) => void;
  } = {},
) {
  const client = createTestClient(options);
  const { posthog, emulator } = client;
  before?.(posthog);
  const ctx = new FakeContext();
  const handler = withPostHog(
    posthog,
    (_request: Request, _env: unknown, _ctx: FakeContext, hog: RequestScope) =>
      act(hog, posthog),
    { onError },
  );
  const outcome = await handler(request(), {}, ctx).then(
    (answer) => ({ answer }),
    (thrown: unknown) => ({ thrown }),
  );
  await Promise.all(ctx.pending);
  await posthog.flush();
  return { ...client, outcome, events: emulator.events };
}

interface Shape {
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What a boundary says of an exception. */
function describe({ properties }: Shape): unknown {
  const [entry] = properties["$exception_list"] as readonly {
    readonly value: string;
    readonly mechanism: { readonly type: string; readonly handled: boolean };
  }[];
  return [
    entry?.value,
    entry?.mechanism.type,
    entry?.mechanism.handled,
    properties["$exception_level"],
    properties["$exception_source"],
    properties["$response_status_code"],
  ];
}

/** Refuses every question but the one whether it is a promise. */
const hostile: unknown = new Proxy({}, {
  get(_target, name) {
    if (name === "then") return undefined;
    throw new Error("no");
  },
});

const UNHANDLED = ["middleware", false, "error", "fetch.handler", undefined];

const THROWS: readonly (readonly [
  name: string,
  act: (error: unknown) => Response | Promise<Response>,
])[] = [
  ["throws", (error) => {
    throw error;
  }],
  ["rejects", (error) => Promise.reject(error)],
];

for (const [name, act] of THROWS) {
  Deno.test(`withPostHog() captures what a handler ${name} with, and throws it on (ERR-039, CTX-035)`, async () => {
    const error = Object.freeze(new TypeError("boom"));
    const { outcome, events, errors } = await runWorker(() => act(error));
    assertEquals("thrown" in outcome && outcome.thrown === error, true);
    assertEquals(events.map(describe), [["boom", ...UNHANDLED]]);
    assertEquals(
      [
        events[0]?.event,
        events[0]?.distinctId,
        events[0]?.properties["$current_url"],
      ],
      ["$exception", "visitor-1", "https://shop.example/pay"],
    );
    assertEquals(errors, []);
  });
}

Deno.test("withPostHog() captures what is no error, without a stack of its own making (ERR-006, ERR-076)", async () => {
  for (const thrown of ["text", undefined, 5]) {
    const { outcome, events } = await runWorker(() => Promise.reject(thrown));
    assertEquals("thrown" in outcome && outcome.thrown === thrown, true);
    const [entry] = events[0]
      ?.properties["$exception_list"] as readonly object[];
    assertEquals([events.length, "stacktrace" in (entry ?? {})], [1, false]);
  }
});

interface HookRow {
  readonly name: string;
  readonly onError: (error: unknown) => Response | Promise<Response>;
  /** Default: an error that says "boom". */
  readonly thrown?: unknown;
  /** What goes on to the runtime, as text; undefined when there is an answer. */
  readonly escapes?: string;
  /** Each exception, as {@linkcode describe} has it. */
  readonly expected: readonly unknown[];
}

const HOOKS: readonly HookRow[] = [
  {
    name: "answers",
    onError: () => new Response("sorry", { status: 503 }),
    expected: [["boom", "middleware", true, "error", "fetch.on_error", 503]],
  },
  {
    name: "answers later with something that has no status",
    onError: () => Promise.resolve({} as Response),
    expected: [[
      "boom",
      "middleware",
      true,
      "error",
      "fetch.on_error",
      undefined,
    ]],
  },
  {
    name: "answers with something that can't be read",
    onError: () => hostile as Response,
    expected: [[
      "boom",
      "middleware",
      true,
      "error",
      "fetch.on_error",
      undefined,
    ]],
  },
  {
    name: "throws the error on",
    onError: (error) => Promise.reject(error),
    escapes: "Error: boom",
    expected: [["boom", ...UNHANDLED]],
  },
  {
    name: "throws on what is no error",
    thrown: "text",
    onError: (error) => Promise.reject(error),
    escapes: "text",
    expected: [["text", ...UNHANDLED]],
  },
  {
    name: "fails itself",
    onError: () => {
      throw new Error("hook");
    },
    escapes: "Error: hook",
    expected: [["boom", ...UNHANDLED], ["hook", ...UNHANDLED]],
  },
];

for (
  const { name, onError, thrown = new Error("boom"), escapes, expected }
    of HOOKS
) {
  Deno.test(`withPostHog() says how an error ended whose hook ${name} (ERR-040, ERR-044)`, async () => {
    const { outcome, events } = await runWorker(() => Promise.reject(thrown), {
      onError,
    });
    assertEquals(
      "thrown" in outcome ? String(outcome.thrown) : undefined,
      escapes,
    );
    assertEquals(events.map(describe), [...expected]);
  });
}

Deno.test("withPostHog() gives the hook the error and what the handler got", async () => {
  const { posthog } = createTestClient();
  const seen: unknown[][] = [];
  const error = new Error("boom");
  const handler = withPostHog(
    posthog,
    (...args: [Request, FakeContext, RequestScope]): Response => {
      seen.push(args);
      throw error;
    },
    {
      onError: (...args) => {
        seen.push(args);
        return new Response();
      },
    },
  );
  await handler(request(), new FakeContext());
  const [given = [], [thrown, ...rest] = []] = seen;
  assertEquals(thrown === error, true);
  assertEquals(rest.map((arg, index) => arg === given[index]), [
    true,
    true,
    true,
  ]);
});

Deno.test("withPostHog() does not repeat what was captured by hand, or by it (ERR-041, CAP-083)", async () => {
  const error = new Error("boom");
  const rows: readonly ((hog: RequestScope, posthog: PostHog) => unknown)[] = [
    (hog) => hog.captureException(error),
    (_hog, posthog) => posthog.captureException(error),
    (hog) => hog.captureExceptionImmediate(error),
    async (_hog, posthog) => {
      const ctx = new FakeContext();
      const inner = withPostHog(
        posthog,
        (_request: Request, _ctx: FakeContext, _hog: RequestScope) =>
          Promise.reject(error),
      );
      await assertRejects(() => inner(request(), ctx));
      await Promise.all(ctx.pending);
    },
  ];
  for (const capture of rows) {
    const { outcome, events } = await runWorker(async (hog, posthog) => {
      await capture(hog, posthog);
      throw error;
    });
    assertEquals("thrown" in outcome && outcome.thrown === error, true);
    assertEquals(events.map(({ event }) => event), ["$exception"]);
  }
});

Deno.test("withPostHog() leaves alone what another library captured (ERR-041)", async () => {
  const marked = Object.assign(new Error("boom"), {
    "__posthog_previously_captured_error": true,
  });
  const { outcome, events } = await runWorker(() => Promise.reject(marked));
  assertEquals(["thrown" in outcome, events.length], [true, 0]);
});

Deno.test("withPostHog() leaves alone what another client captured", async () => {
  const error = new Error("boom");
  createTestClient().posthog.captureException(error);
  const { events } = await runWorker(() => Promise.reject(error));
  assertEquals(events.length, 1);
});

const SIGNALS:
  readonly (readonly [name: string, thrown: unknown, count: number])[] = [
    ["a Response", new Response("no", { status: 403 }), 0],
    ["a redirect", { digest: "NEXT_REDIRECT;replace;/;307;" }, 0],
    [
      "a missing page",
      Object.assign(new Error(), { digest: "NEXT_NOT_FOUND" }),
      0,
    ],
    ["an error page", { digest: "NEXT_HTTP_ERROR_FALLBACK;404" }, 0],
    ["a page that needs its request", { digest: "DYNAMIC_SERVER_USAGE" }, 0],
    [
      "a part that browsers render",
      { digest: "BAILOUT_TO_CLIENT_SIDE_RENDERING" },
      0,
    ],
    ["a shell that is done", { digest: "HANGING_PROMISE_REJECTION" }, 0],
    ["an ended prerendering", { digest: "NEXT_PRERENDER_INTERRUPTED" }, 0],
    ["another digest", Object.assign(new Error(), { digest: "123456" }), 1],
    ["a digest that is no text", { digest: 5 }, 1],
  ];

for (const [name, thrown, count] of SIGNALS) {
  Deno.test(`withPostHog() tells ${name} from a failure, with a hook and without (ERR-043, EDGE-352)`, async () => {
    let hooked = 0;
    const onError = () => {
      hooked++;
      return new Response();
    };
    const plain = await runWorker(() => Promise.reject(thrown));
    assertEquals(
      "thrown" in plain.outcome && plain.outcome.thrown === thrown,
      true,
    );
    assertEquals(plain.events.length, count);
    const { outcome, events } = await runWorker(() => Promise.reject(thrown), {
      onError,
    });
    assertEquals(["thrown" in outcome, hooked, events.length], [
      count === 0,
      count,
      count,
    ]);
  });
}

Deno.test("withPostHog() captures ten errors of a type in a burst, one more after 10 s, and any other type (ERR-045)", async () => {
  const { posthog, emulator, clock } = createTestClient();
  const fail = async (error: Error) => {
    const ctx = new FakeContext();
    const handler = withPostHog(
      posthog,
      (_request: Request, _ctx: FakeContext, _hog: RequestScope): Response => {
        throw error;
      },
    );
    await assertRejects(() => handler(request(), ctx));
    await Promise.all(ctx.pending);
  };
  for (let n = 0; n < 11; n++) await fail(new TypeError("boom"));
  assertEquals(emulator.events.length, 10);
  await fail(new RangeError("boom"));
  assertEquals(emulator.events.length, 11);
  await clock.advance(10_000);
  await fail(new TypeError("boom"));
  await fail(new TypeError("boom"));
  assertEquals(emulator.events.length, 12);
});

Deno.test("withPostHog() throws the error on when its capture fails, which is reported (ERR-047)", async () => {
  const error = new Error("boom");
  let draws = 0;
  const original = crypto.getRandomValues;
  const { posthog, errors } = createTestClient({
    random: () => {
      throw new Error("refused");
    },
  });
  const handler = withPostHog(
    posthog,
    (_request: Request, _info: object, _hog: RequestScope): Response => {
      throw error;
    },
  );
  // The first bytes are there, and those for the uuid are not.
  crypto.getRandomValues = (array) => {
    if (draws++ > 0) throw new Error("refused");
    return array;
  };
  try {
    const thrown = await assertRejects(() => handler(request(), {}));
    assertEquals(thrown === error, true);
  } finally {
    crypto.getRandomValues = original;
  }
  assertEquals([draws, errors.map(({ code }) => code)], [2, ["callback"]]);
});

Deno.test("withPostHog() throws the error on from a client that takes nothing", async () => {
  const error = new Error("boom");
  const { outcome, events } = await runWorker(() => Promise.reject(error), {
    before: (posthog) => void posthog.optOut(),
  });
  assertEquals("thrown" in outcome && outcome.thrown === error, true);
  assertEquals(events.length, 0);
});

const env = { KEY: "value" };

for (
  const [name, args, hasOwn] of [
    ["Workers", [request(), env, new FakeContext()], true],
    ["Vercel", [request(), new FakeContext()], true],
    ["Deno", [request(), { remoteAddr: {} }], false],
    ["nothing more", [request()], false],
    ["bindings that refuse to be asked", [request(), hostile, hostile], false],
    ["nothing at all", [], false],
  ] as const
) {
  Deno.test(`withPostHog() passes on the arguments of ${name} and the scope after them (ERR-048)`, async () => {
    const { posthog, emulator, clock } = createTestClient();
    let given: readonly unknown[] = [];
    const answer = new Response("body");
    const handler = withPostHog(posthog, (...all: unknown[]) => {
      given = all;
      const hog = all.at(-1) as RequestScope;
      hog.capture({ event: "viewed" });
      return answer;
    }) as (...args: readonly unknown[]) => Promise<Response>;
    assertEquals(await handler(...args) === answer, true);
    assertEquals(answer.bodyUsed, false);
    assertEquals(given.length, args.length + 1);
    assertEquals(args.every((arg, index) => given[index] === arg), true);
    const pending = args.flatMap((arg) =>
      arg instanceof FakeContext ? arg.pending : []
    );
    assertEquals(pending.length > 0, hasOwn);
    // What has no `waitUntil` is being sent all the same.
    await clock.settle();
    assertEquals(emulator.events.map(({ event }) => event), ["viewed"]);
  });
}

Deno.test("withPostHog() prefers the third argument's waitUntil, as on Workers", async () => {
  const { posthog } = createTestClient();
  const [second, third] = [new FakeContext(), new FakeContext()];
  const handler = withPostHog(posthog, (...all: unknown[]) => {
    (all.at(-1) as RequestScope).capture({ event: "viewed" });
    return new Response();
  });
  await handler(request(), second, third);
  assertEquals([second.pending.length, third.pending.length], [0, 1]);
  await Promise.all(third.pending);
});

for (const fails of [false, true]) {
  Deno.test(`withPostHog() does not wait for the flush where nothing keeps the runtime alive, ${fails ? "failing" : "answering"} (ERR-049)`, async () => {
    const { posthog, emulator, clock } = createTestClient();
    emulator.failNext({ path: CAPTURE_PATH, delayMs: 5000 });
    const handler = withPostHog(
      posthog,
      async (_request: Request, _info: object, hog: RequestScope) => {
        hog.capture({ event: "viewed" });
        await Promise.resolve();
        if (fails) throw new Error("boom");
        return new Response("ok");
      },
    );
    if (fails) await assertRejects(() => handler(request(), {}));
    else assertEquals(await (await handler(request(), {})).text(), "ok");
    await clock.settle();
    // Under way, and not yet answered; the exception of one that fails went by itself.
    const under = fails ? [2, 1] : [1, 0];
    assertEquals([emulator.requests.length, emulator.events.length], under);
    await clock.advance(5000);
    assertEquals(emulator.events.length, fails ? 2 : 1);
  });
}
