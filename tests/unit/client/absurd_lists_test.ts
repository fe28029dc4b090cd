import { assert, assertEquals } from "@std/assert";
import { createClient } from "edgehog/client";
import { PostHog } from "edgehog";
import { createTestClient } from "edgehog/testing";

/** As many looks at a list are few: some milliseconds. */
const MAX_LOOKS = 30_000;

/** How often lists were looked into since this was 0. */
let looks = 0;

/** A list that says it has billions of members, and counts each look; past the bound it refuses, and the test ends. */
function createList(first: readonly unknown[] = []): unknown[] {
  const target = Object.assign(new Array(2 ** 32 - 2), first);
  const count = () => {
    if (++looks > 2 * MAX_LOOKS) throw new RangeError("looked too often");
  };
  return new Proxy(target, {
    get(list, key) {
      count();
      return Reflect.get(list, key);
    },
    has(list, key) {
      count();
      return Reflect.has(list, key);
    },
    getOwnPropertyDescriptor(list, key) {
      count();
      return Reflect.getOwnPropertyDescriptor(list, key);
    },
  });
}

/** Lists that are hard to read: sparse, of getters, no arrays, in each other. */
const LISTS: readonly [name: string, create: () => unknown][] = [
  ["a list of billions", () => createList()],
  ["a list of billions that begins well", () => createList(["a", "b"])],
  ["a list in a list", () => [createList(["a"])]],
  ["a list-like of getters", () => ({
    length: 2 ** 32 - 2,
    get 0() {
      looks++;
      throw new Error("no");
    },
  })],
  [
    "a list with a getter that throws",
    () =>
      Object.defineProperty(["a", "b"], 1, {
        get() {
          looks++;
          throw new Error("no");
        },
      }),
  ],
  ["an endless iterator", () => ({
    *[Symbol.iterator]() {
      for (;;) {
        looks++;
        yield "a";
      }
    },
  })],
];

function createWatched() {
  const client = createTestClient({ flags: { a: true, b: true } });
  const warnings: string[] = [];
  client.posthog.on("warning", (message) => {
    if (!message.includes("is deprecated")) warnings.push(message);
  });
  return { ...client, warnings };
}

type Watched = ReturnType<typeof createWatched>;

/** Whatever takes a list, and how often it may say that it can't use this one. */
const TAKERS: readonly [
  name: string,
  use: (world: Watched, list: never) => unknown,
][] = [
  [
    "evaluateFlags' flagKeys",
    ({ posthog }, flagKeys) => posthog.evaluateFlags("user-1", { flagKeys }),
  ],
  [
    "a scope's flagKeys",
    ({ posthog }, flagKeys) =>
      posthog.forRequest().evaluateFlags("user-1", { flagKeys }),
  ],
  [
    "getAllFlags' flagKeys",
    ({ posthog }, flagKeys) => posthog.getAllFlags("user-1", { flagKeys }),
  ],
  ["sendFeatureFlags' flagKeys", async ({ posthog }, flagKeys) => {
    const event = { distinctId: "user-1", event: "paid" };
    posthog.capture({ ...event, sendFeatureFlags: { flagKeys } });
    await posthog.flush();
  }],
  ["only()", async ({ posthog }, keys) => {
    const flags = await posthog.evaluateFlags("user-1");
    flags.only(keys);
  }],
  [
    "overrideFeatureFlags()",
    ({ posthog }, keys) => posthog.overrideFeatureFlags(keys),
  ],
  [
    "overrideFeatureFlags({ flags })",
    ({ posthog }, flags) => posthog.overrideFeatureFlags({ flags }),
  ],
  ["setBeforeSend()", ({ posthog }, hooks) => posthog.setBeforeSend(hooks)],
  [
    "unsetPersonProperties()",
    ({ posthog }, properties) =>
      posthog.unsetPersonProperties({ distinctId: "user-1", properties }),
  ],
  ["a property", ({ posthog }, list) =>
    posthog.capture({
      distinctId: "user-1",
      event: "paid",
      properties: { list },
    })],
  ["register()", ({ posthog }, list) => posthog.register({ list })],
  [
    "groups",
    ({ posthog }, company) =>
      posthog.capture({
        distinctId: "user-1",
        event: "paid",
        groups: { company },
      }),
  ],
  [
    "person properties for flags",
    ({ posthog }, list) => posthog.setPersonPropertiesForFlags({ list }),
  ],
  [
    "group properties for flags",
    ({ posthog }, list) =>
      posthog.setGroupPropertiesForFlags({ company: { list } }),
  ],
  [
    "ipHeaders",
    ({ posthog }, ipHeaders) =>
      posthog.forRequest({ headers: { a: "1.2.3.4" } }, undefined, {
        ipHeaders,
      }),
  ],
  [
    "a request's headers",
    ({ posthog }, list) =>
      posthog.forRequest({ headers: { "x-posthog-distinct-id": list } }),
  ],
  [
    "wrapFetch's hostnames",
    ({ posthog }, hostnames) =>
      posthog.forRequest().wrapFetch(fetch, { hostnames }),
  ],
  ["an exception", ({ posthog }, list) => posthog.captureException(list)],
  ["an exception's errors", ({ posthog }, errors) =>
    posthog.captureException(
      Object.assign(new AggregateError([], "many"), { errors }),
    )],
  [
    "an exception's properties",
    ({ posthog }, list) =>
      posthog.captureException(new Error("no"), "user-1", { list }),
  ],
];

for (const [list, create] of LISTS) {
  Deno.test(`${list} is read in thousands of looks at most, and is one report, whatever takes it (FLD-090)`, async () => {
    for (const [taker, use] of TAKERS) {
      const world = createWatched();
      looks = 0;
      await use(world, create() as never);
      assert(looks <= MAX_LOOKS, `${taker}: ${looks} looks`);
      const reports = world.errors.length + world.warnings.length;
      assert(reports <= 1, `${taker}: ${world.warnings.join("; ")}`);
    }
  });
}

const OPTIONS = [
  "beforeSend",
  "evaluationContexts",
  "inAppInclude",
  "inAppExclude",
  "bootstrap",
];

for (const [list, create] of LISTS) {
  Deno.test(`${list} in options is read in thousands of looks at most, and is one report (FLD-090)`, () => {
    for (const option of [...OPTIONS, "use"]) {
      const reports: string[] = [];
      const write = (line: string) => void reports.push(line);
      looks = 0;
      const options = {
        [option]: create(),
        disableSingletonWarning: true,
        logger: { debug: write, info: write, warn: write, error: write },
      };
      if (option === "use") createClient("phc_x", options as never);
      else new PostHog("phc_x", options as never);
      assert(looks <= MAX_LOOKS, `${option}: ${looks} looks`);
      assertEquals(reports.length, 1, `${option}: ${reports.join("; ")}`);
    }
  });
}

Deno.test("a real list of 20,000 flag keys is cut, and that is said once (FLD-090)", async () => {
  const { posthog, warnings } = createWatched();
  const flagKeys = ["a", ...new Array(20_000).fill("c"), "b"];
  const flags = await posthog.evaluateFlags("user-1", { flagKeys });
  assertEquals([flags.isEnabled("a"), flags.isEnabled("b")], [true, false]);
  assertEquals(warnings, [
    "Option 'flagKeys' takes up to 10,000 strings; the other keys are left out",
  ]);
});

Deno.test("flag keys that are no list are told of by their type (FLD-023, FLD-090)", async () => {
  const rows: readonly [unknown, string][] = [
    ["a", "string"],
    [new Set(["a"]), "object"],
    [{ 0: "a", length: 1 }, "object"],
    [5, "number"],
  ];
  for (const [flagKeys, type] of rows) {
    const { posthog, warnings } = createWatched();
    await posthog.evaluateFlags("user-1", { flagKeys } as never);
    assertEquals(warnings, [
      `Cannot use 'flagKeys': expected a list of strings, got ${type}`,
    ]);
  }
  for (const flagKeys of [undefined, null, ["a"], []]) {
    const { posthog, warnings } = createWatched();
    await posthog.evaluateFlags("user-1", { flagKeys } as never);
    assertEquals(warnings, []);
  }
});
