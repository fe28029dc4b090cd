// deno-lint-ignore-file no-boolean-literal-for-arguments -- they are expected values here
import { assertEquals } from "@std/assert";
import {
  createHarness,
  definitionsOf,
  type FakeAnswer,
  filterFlag,
  flag,
  type Harness,
  logged,
  remoteOf,
} from "../../flags/_helpers.ts";
import { createSpyCache } from "./_spy_cache.ts";

const OBJECTS = 130_000;
const LEVELS = 100_000;

/** A flag that everybody is in, to stand beside what is odd. */
const SOUND = { ...flag([{}]), key: "sound", active: true };

const manyObjects = `[${Array.from({ length: OBJECTS }, () => "{}").join()}]`;
const nest = (open: string, innermost: string, close: string) =>
  open.repeat(LEVELS) + innermost + close.repeat(LEVELS);

/** A document of a flag `f` with these filters, and the sound one, as text: deeper than what can be written from objects. */
function writeDocument(filters: string, cohorts = "{}"): FakeAnswer {
  const row = `{"key":"f","active":true,"filters":${filters}}`;
  return {
    status: 200,
    body: `{"flags":[${row},${JSON.stringify(SOUND)}],"cohorts":${cohorts}}`,
  };
}

const writeFilter = (filter: string) =>
  `{"groups":[{"properties":[{"key":"p","type":"person",${filter}}]}]}`;
const MEMBER =
  `{"groups":[{"properties":[{"key":"id","type":"cohort","value":1}]}]}`;

/** Where the flags came from: `local`, `remote`, or nowhere. */
async function findSources(
  harness: Harness,
): Promise<(string | undefined)[]> {
  const personProperties = { p: "x" };
  const flags = await harness.evaluateFlags("ada", { personProperties });
  return ["f", "sound"].map((key) => flags.getResult(key)?.source);
}

const DOCUMENTS: readonly (readonly [
  name: string,
  document: FakeAnswer,
  source: "local" | "remote",
])[] = [
  [
    `${OBJECTS} objects in one payload`,
    writeDocument(`{"groups":[{}],"payloads":{"true":${manyObjects}}}`),
    "local",
  ],
  [
    `${OBJECTS} objects in a payload that is text`,
    writeDocument(
      `{"groups":[{}],"payloads":{"true":${JSON.stringify(manyObjects)}}}`,
    ),
    "local",
  ],
  [
    `${LEVELS} levels in a payload`,
    writeDocument(
      `{"groups":[{}],"payloads":{"true":${nest("[", "5.0", "]")}}}`,
    ),
    "local",
  ],
  [
    `${LEVELS} levels in a payload that is text`,
    writeDocument(
      `{"groups":[{}],"payloads":{"true":"${nest("[", "", "]")}"}}`,
    ),
    "local",
  ],
  [
    `${LEVELS} levels in a filter's value`,
    writeDocument(writeFilter(`"value":${nest("[", "5.0", "]")}`)),
    "remote",
  ],
  [
    `${LEVELS} levels in a cohort`,
    writeDocument(
      MEMBER,
      `{"1":${nest('{"type":"AND","values":[', "", "]}")}}`,
    ),
    "remote",
  ],
  [
    `${OBJECTS} odd numbers behind a long key`,
    writeDocument(
      writeFilter(
        `"value":{"${"k".repeat(1e6)}":[${"5.0,".repeat(OBJECTS)}0]}`,
      ),
    ),
    "remote",
  ],
  [
    `${OBJECTS} odd numbers in a cohort with a long id`,
    writeDocument(
      MEMBER,
      `{"1":{"type":"AND","values":[]},"${
        "1".repeat(1e6)
      }":{"type":"AND","values":[{
        "key":"p","value":[${"5.0,".repeat(OBJECTS)}0]}]}}`,
    ),
    "remote",
  ],
  [
    "an odd number behind a long key, where no filter is",
    writeDocument(`{"groups":[{}],"payloads":{"${"k".repeat(2000)}":5.0}}`),
    "local",
  ],
];

for (const [name, document, source] of DOCUMENTS) {
  Deno.test(`A document with ${name} loads, and leaves the other flags alone (FLD-082)`, async () => {
    const harness = createHarness({
      definitions: [document],
      remote: [remoteOf({ f: { enabled: true } })],
    });
    for (let call = 0; call < 2; call++) {
      assertEquals(await findSources(harness), [source, "local"]);
    }
    assertEquals(logged(harness, "warn"), []);
  });
}

for (const payload of [manyObjects, nest("[", "", "]")]) {
  Deno.test(`An answer of /flags with ${payload.slice(0, 3)}… as payload is read (FLD-082)`, async () => {
    const record = { enabled: true, metadata: { payload } };
    const harness = createHarness({
      local: undefined,
      remote: [remoteOf({ f: record })],
    });
    const flags = await harness.evaluateFlags("ada");
    assertEquals(flags.getResult("f")?.source, "remote");
    assertEquals(Array.isArray(flags.getFlagPayload("f")), true);
  });
}

Deno.test("A number that is too far off makes its flag inconclusive, behind a cache too, and no other (FLD-030, FLD-082)", async () => {
  const far = (key: string) =>
    filterFlag({ operator: "exact", value: { [key]: "5.0" } });
  const rows = JSON.stringify([SOUND, 7, {
    ...far("k".repeat(2000)),
    active: true,
  }]).replace('"5.0"', "5.0");
  const cache = createSpyCache();
  const remote = [remoteOf({ f: { enabled: true } })];
  const writer = createHarness({
    cache,
    definitions: [{ status: 200, body: `{"flags":${rows}}` }],
    remote,
  });
  assertEquals(await findSources(writer), ["remote", "local"]);
  await Promise.all(writer.kept);
  const stored = cache.calls.find(([method]) =>
    method === "onFlagDefinitionsReceived"
  )?.[1];
  const reader = createHarness({
    cache: createSpyCache({
      shouldFetchFlagDefinitions: () => false,
      getFlagDefinitions: () => JSON.parse(JSON.stringify(stored)),
    }),
    remote,
  });
  assertEquals(await findSources(reader), ["remote", "local"]);
});

const CIRCULAR: Record<string, unknown> = { key: "p" };
CIRCULAR["value"] = CIRCULAR;

const ODD_ENTRIES: readonly (readonly [
  name: string,
  row: Record<string, unknown>,
  source: "local" | "remote",
])[] = [
  [
    "a payload that is a typed array",
    flag([{}], { payloads: { true: new Uint8Array([1, 2]) } }),
    "local",
  ],
  [
    "payloads that are a typed array",
    flag([{}], { payloads: new Float64Array(3) }),
    "local",
  ],
  [
    "a filter's value that is a typed array",
    filterFlag({ value: new Float32Array([1, 2]) }),
    "local",
  ],
  [
    "conditions that are a buffer",
    { ...flag([]), filters: { groups: new ArrayBuffer(8) } },
    "remote",
  ],
  [
    "a filter that goes in a circle",
    flag([{ properties: [CIRCULAR] }]),
    "remote",
  ],
  [
    "a filter that can't be read",
    flag([{
      properties: [{
        key: "p",
        get value(): unknown {
          throw new Error("not here");
        },
      }],
    }]),
    "remote",
  ],
];

for (const [name, row, source] of ODD_ENTRIES) {
  Deno.test(`An entry of an application's cache with ${name} is read (FLD-082)`, async () => {
    const harness = createHarness({
      cache: createSpyCache({
        shouldFetchFlagDefinitions: () => false,
        getFlagDefinitions: () => ({
          flags: [{ ...row, active: true }, SOUND] as never,
          groupTypeMapping: new Uint16Array(2) as never,
          cohorts: new Map() as never,
        }),
      }),
      remote: [remoteOf({ f: { enabled: true } })],
    });
    assertEquals(await findSources(harness), [source, "local"]);
    assertEquals(logged(harness, "warn"), []);
  });
}

Deno.test("What an application's cache handed out may be changed later (FLD-082, FLG-006)", async () => {
  const payload = { list: [1] };
  const filter = { key: "p", type: "person", value: ["x"] };
  const late = { key: "p", type: "person", value: ["x"] };
  const entry = {
    flags: [
      {
        ...flag([{ properties: [filter] }], { payloads: { true: payload } }),
        active: true,
      },
      { ...flag([{ properties: [late] }]), key: "late", active: true },
      {
        ...flag([{
          properties: [{ key: "id", type: "cohort", value: "1" }],
        }]),
        key: "member",
        active: true,
      },
    ],
    groupTypeMapping: {},
    cohorts: { "1": { type: "AND", values: [late] } },
  };
  const harness = createHarness({
    cache: createSpyCache({
      shouldFetchFlagDefinitions: () => false,
      getFlagDefinitions: () => entry as never,
    }),
  });
  const call = { personProperties: { p: "x" } };
  const first = await harness.evaluateFlags("ada", {
    ...call,
    flagKeys: ["f"],
  });
  filter.value[0] = late.value[0] = "y";
  payload.list.push(2);
  entry.flags.pop();
  Object.assign(entry.cohorts["1"], { values: [] });
  const second = await harness.evaluateFlags("ada", call);
  for (const flags of [first, second]) {
    assertEquals(flags.getFlagPayload("f"), { list: [1] });
  }
  // Also what is compiled only now.
  assertEquals(
    ["f", "late", "member"].map((key) => second.isEnabled(key)),
    [true, true, true],
  );
});

Deno.test("A load gives its marker back however it ends (FLD-082)", async () => {
  const on = definitionsOf([flag([{}])]);
  const harness = createHarness({ definitions: [on] });
  const { clock } = harness;
  await harness.evaluateFlags("ada");
  await clock.advance(40_000);
  const now = clock.now;
  const loading = harness.evaluateFlags("ada");
  // Nothing of ours does that: a stand-in for a fault of whatever kind.
  clock.now = () => {
    throw new Error("no time");
  };
  await Promise.allSettled([loading, ...harness.kept.splice(0)]);
  clock.now = now;
  const count = harness.paths().length;
  await harness.evaluateFlags("ada");
  assertEquals(harness.paths().length, count + 1);
  await Promise.all(harness.kept);
});
