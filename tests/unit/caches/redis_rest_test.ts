import { assertEquals, assertRejects } from "@std/assert";
import { redisRestCache } from "../../../src/caches/redis_rest.ts";
import type { FlagDefinitionCache } from "../../../src/core/flag_definition_cache.ts";
import type { JsonValue } from "../../../src/core/json.ts";
import { buildData } from "./_isolates.ts";
import { type Answer, createWorld, TEXT, TOKEN } from "./_redis_rest.ts";

const LEASE = "edgehog:flag_definitions:lease";
const KEY = "edgehog:flag_definitions";
/** Twelve bytes of 1, in Base64. */
const HOLDER = "AQEBAQEBAQEBAQEB";

interface WireRow {
  readonly name: string;
  readonly answers: readonly Answer[];
  readonly use: (cache: FlagDefinitionCache) => unknown;
  readonly result: unknown;
  readonly sent: readonly (readonly JsonValue[])[];
}

const CLAIM = [["SET", LEASE, HOLDER, "NX", "PX", 60_000]];
const RENEW = [["GET", LEASE], ["PEXPIRE", LEASE, 60_000]];
const VERSION = [["HGET", KEY, "version"]];
const ENTRY = [["HMGET", KEY, "version", "data"]];
const STORE = [["HSET", KEY, "version", 'W/"1"', "data", TEXT]];

async function receiveAndAsk(cache: FlagDefinitionCache): Promise<boolean> {
  await cache.onFlagDefinitionsReceived(buildData('W/"1"'));
  return await cache.shouldFetchFlagDefinitions();
}

async function readTwice(cache: FlagDefinitionCache): Promise<unknown> {
  return [await cache.getFlagDefinitions(), await cache.getFlagDefinitions()];
}

const WIRE: readonly WireRow[] = [
  {
    name: "takes a free lease",
    answers: [["OK"]],
    use: (cache) => cache.shouldFetchFlagDefinitions(),
    result: true,
    sent: [CLAIM],
  },
  {
    name: "leaves a lease that is taken",
    answers: [[null]],
    use: (cache) => cache.shouldFetchFlagDefinitions(),
    result: false,
    sent: [CLAIM],
  },
  {
    name: "prolongs its own lease",
    answers: [['W/"1"'], [HOLDER, 1]],
    use: receiveAndAsk,
    result: true,
    sent: [VERSION, RENEW],
  },
  {
    name: "yields to who took over",
    answers: [['W/"1"'], ["other", 1]],
    use: receiveAndAsk,
    result: false,
    sent: [VERSION, RENEW],
  },
  {
    name: "takes the lease again after it ran out",
    answers: [['W/"1"'], [null, 0], ["OK"]],
    use: receiveAndAsk,
    result: true,
    sent: [VERSION, RENEW, CLAIM],
  },
  {
    name: "asks for a lease that it had no use for as for any other",
    answers: [["OK"], [null]],
    use: async (cache) => [
      await cache.shouldFetchFlagDefinitions(),
      await cache.shouldFetchFlagDefinitions(),
    ],
    result: [true, false],
    sent: [CLAIM, CLAIM],
  },
  {
    name: "reads an entry",
    answers: [[['W/"1"', TEXT]]],
    use: (cache) => cache.getFlagDefinitions(),
    result: buildData('W/"1"'),
    sent: [ENTRY],
  },
  {
    name: "reads nothing from an empty Redis",
    answers: [[[null, null]]],
    use: (cache) => cache.getFlagDefinitions(),
    result: undefined,
    sent: [ENTRY],
  },
  {
    name: "reads the version alone where it has the entry",
    answers: [[['W/"1"', TEXT]], ['W/"1"']],
    use: readTwice,
    result: [buildData('W/"1"'), buildData('W/"1"')],
    sent: [ENTRY, VERSION],
  },
  {
    name: "reads a new entry",
    answers: [[['W/"1"', TEXT]], ['W/"2"'], [[
      'W/"2"',
      JSON.stringify(buildData('W/"2"')),
    ]]],
    use: readTwice,
    result: [buildData('W/"1"'), buildData('W/"2"')],
    sent: [ENTRY, VERSION, ENTRY],
  },
  {
    name: "sees that an entry was removed",
    answers: [[['W/"1"', TEXT]], [null]],
    use: readTwice,
    result: [buildData('W/"1"'), undefined],
    sent: [ENTRY, VERSION],
  },
  {
    name: "writes what is new",
    answers: [['W/"0"'], [2]],
    use: (cache) => cache.onFlagDefinitionsReceived(buildData('W/"1"')),
    result: undefined,
    sent: [VERSION, STORE],
  },
  {
    name: "does not write what is there",
    answers: [['W/"1"']],
    use: (cache) => cache.onFlagDefinitionsReceived(buildData('W/"1"')),
    result: undefined,
    sent: [VERSION],
  },
  {
    name: "writes again what went away",
    answers: [[['W/"1"', TEXT]], [null], [2]],
    use: async (cache) => {
      await cache.getFlagDefinitions();
      await cache.onFlagDefinitionsUnchanged?.();
    },
    result: undefined,
    sent: [ENTRY, VERSION, STORE],
  },
  {
    name: "has nothing to write where it never had definitions",
    answers: [],
    use: (cache) => cache.onFlagDefinitionsUnchanged?.(),
    result: undefined,
    sent: [],
  },
  {
    name: "gives its lease back",
    answers: [["OK"], [HOLDER], [1]],
    use: async (cache) => {
      await cache.shouldFetchFlagDefinitions();
      await cache.shutdown();
    },
    result: undefined,
    sent: [CLAIM, [["GET", LEASE]], [["DEL", LEASE]]],
  },
  {
    name: "leaves somebody else's lease alone",
    answers: [[null], ["other"]],
    use: async (cache) => {
      await cache.shouldFetchFlagDefinitions();
      await cache.shutdown();
    },
    result: undefined,
    sent: [CLAIM, [["GET", LEASE]]],
  },
  {
    name: "has nothing to give back where it never asked",
    answers: [],
    use: (cache) => cache.shutdown(),
    result: undefined,
    sent: [],
  },
];

for (const { name, answers, use, result, sent } of WIRE) {
  Deno.test(`redisRestCache() ${name}`, async () => {
    const { cache, bodies } = createWorld(answers);
    assertEquals(await use(cache), result);
    assertEquals<unknown>(bodies(), sent);
  });
}

Deno.test("redisRestCache() speaks Upstash's protocol: a POST to /pipeline with the token", async () => {
  for (const url of ["https://redis.test/base", "https://redis.test/base/"]) {
    const { cache, requests } = createWorld([["OK"]], { url });
    await cache.shouldFetchFlagDefinitions();
    const [request] = requests;
    assertEquals(
      [request?.method, request?.url, request?.headers["authorization"]],
      ["POST", "https://redis.test/base/pipeline", `Bearer ${TOKEN}`],
    );
    assertEquals(request?.headers["content-type"], "application/json");
  }
});

Deno.test("redisRestCache() takes a key and an interval", async () => {
  const { cache, bodies } = createWorld([["OK"], [[null, null]]], {
    key: "k",
    intervalMs: 5000,
  });
  await cache.shouldFetchFlagDefinitions();
  await cache.getFlagDefinitions();
  assertEquals<unknown>(bodies(), [
    [["SET", "k:lease", HOLDER, "NX", "PX", 10_000]],
    [["HMGET", "k", "version", "data"]],
  ]);
});

Deno.test("redisRestCache() refuses more than 'maxBytes'", async () => {
  const { cache, bodies } = createWorld([[null]], { maxBytes: 100 });
  await assertRejects(
    async () => await cache.onFlagDefinitionsReceived(buildData('W/"1"')),
    RangeError,
    "100",
  );
  assertEquals<unknown>(bodies(), [VERSION]);
});

Deno.test("redisRestCache() does nothing at construction", () => {
  const refuse = () => {
    throw new Error("too early");
  };
  redisRestCache({
    url: "https://redis.test",
    token: TOKEN,
    fetch: refuse,
    random: refuse,
    sleep: refuse,
  });
});
