import { assertEquals, assertRejects } from "@std/assert";
import type { DenoKvLike } from "../../../src/caches/deno_kv.ts";
import { HEAD, kvTest, PIECES } from "./_deno_kv.ts";
import { buildData, elect } from "./_isolates.ts";

interface SizeRow {
  readonly name: string;
  /** Bytes of the definitions as JSON. */
  readonly bytes: number;
  readonly letter: string;
  readonly pieces: number;
}

const EMPTY_BYTES = JSON.stringify(buildData('W/"1"')).length;

const SIZES: readonly SizeRow[] = [
  { name: "one piece", bytes: 65_536, letter: "a", pieces: 1 },
  { name: "one piece and a byte", bytes: 65_537, letter: "a", pieces: 2 },
  {
    name: "more than an atomic write",
    bytes: 65_536 * 13,
    letter: "a",
    pieces: 13,
  },
  {
    name: "letters of three bytes across pieces",
    bytes: EMPTY_BYTES + 3 * 100_000,
    letter: "€",
    pieces: 5,
  },
];

for (const { name, bytes, letter, pieces } of SIZES) {
  kvTest(
    `denoKvCache() gives back definitions of ${name}`,
    async ({ createIsolate, pieceSizes }) => {
      const letterBytes = new TextEncoder().encode(letter).length;
      const data = buildData(
        'W/"1"',
        letter.repeat((bytes - EMPTY_BYTES) / letterBytes),
      );
      await createIsolate().onFlagDefinitionsReceived(data);
      const sizes = await pieceSizes();
      assertEquals([sizes.length, sizes.reduce((sum, size) => sum + size, 0)], [
        pieces,
        bytes,
      ]);
      assertEquals(await createIsolate().getFlagDefinitions(), data);
    },
  );
}

kvTest(
  "denoKvCache() reads and writes nothing twice",
  async ({ kv, createIsolate }) => {
    let lists = 0;
    const counting: DenoKvLike = {
      get: (key) => kv.get([...key]),
      list: (selector) => {
        lists++;
        return kv.list(selector as Deno.KvListSelector);
      },
      atomic: () => kv.atomic(),
      close() {},
    };
    const [writer, reader] = [createIsolate(), createIsolate({}, counting)];
    const data = buildData('W/"1"');
    await writer.onFlagDefinitionsReceived(data);
    const { versionstamp } = await kv.get(HEAD);
    await writer.onFlagDefinitionsUnchanged?.();
    await createIsolate().onFlagDefinitionsReceived({ ...data, fetchedAt: 9 });
    assertEquals((await kv.get(HEAD)).versionstamp, versionstamp);
    assertEquals(await reader.getFlagDefinitions(), data);
    assertEquals(await reader.getFlagDefinitions(), data);
    assertEquals(lists, 1);
    await writer.onFlagDefinitionsReceived(buildData('W/"2"'));
    assertEquals(await reader.getFlagDefinitions(), buildData('W/"2"'));
  },
);

kvTest(
  "denoKvCache() tells definitions without an ETag apart",
  async ({ createIsolate }) => {
    const [writer, reader] = [createIsolate(), createIsolate()];
    for (const name of ["one", "two"]) {
      const data = buildData(undefined, name);
      await writer.onFlagDefinitionsReceived(data);
      assertEquals(await reader.getFlagDefinitions(), data);
    }
  },
);

kvTest(
  "denoKvCache() removes the version before when a minute has passed",
  async ({ clock, createIsolate, pieceSizes }) => {
    const writer = createIsolate();
    const write = (etag: string) =>
      writer.onFlagDefinitionsReceived(buildData(etag, "a".repeat(70_000)));
    await write('W/"1"');
    await clock.advance(59_999);
    await write('W/"2"');
    assertEquals((await pieceSizes()).length, 4);
    await clock.advance(2);
    await write('W/"3"');
    assertEquals((await pieceSizes()).length, 4);
    await clock.advance(60_001);
    await write('W/"4"');
    assertEquals((await pieceSizes()).length, 2);
  },
);

kvTest(
  "denoKvCache() leaves nothing of a write that was cut off",
  async ({ kv, clock, createIsolate, pieceSizes }) => {
    const dying: DenoKvLike = {
      get: (key) => kv.get([...key]),
      list: (selector) => kv.list(selector as Deno.KvListSelector),
      atomic: () => {
        const writes = kv.atomic();
        const set = writes.set.bind(writes);
        writes.set = (key, value, options) => {
          if (key.at(-1) === "head") throw new Error("gone");
          return set(key, value, options);
        };
        return writes;
      },
      close() {},
    };
    await assertRejects(
      async () =>
        await createIsolate({}, dying).onFlagDefinitionsReceived(
          buildData('W/"1"'),
        ),
      Error,
      "gone",
    );
    assertEquals(await createIsolate().getFlagDefinitions(), undefined);
    assertEquals((await pieceSizes()).length, 1);
    await clock.advance(60_001);
    await createIsolate().onFlagDefinitionsReceived(buildData('W/"2"'));
    assertEquals((await pieceSizes()).length, 1);
  },
);

kvTest(
  "denoKvCache() keeps one of two versions that are written at the same time, and no piece of the other",
  async ({ createIsolate, pieceSizes }) => {
    const both = [buildData('W/"1"', "one"), buildData('W/"2"', "two")];
    await Promise.all(
      both.map((data) => createIsolate().onFlagDefinitionsReceived(data)),
    );
    const kept = await createIsolate().getFlagDefinitions();
    assertEquals(both.filter(({ etag }) => etag === kept?.etag), [kept]);
    assertEquals((await pieceSizes()).length, 1);
  },
);

kvTest(
  "denoKvCache() reads the new version when the old one goes away under its hands",
  async ({ kv, clock, createIsolate }) => {
    const writer = createIsolate();
    await writer.onFlagDefinitionsReceived(buildData('W/"1"'));
    let isReplaced = false;
    const slow: DenoKvLike = {
      async get(key) {
        const entry = await kv.get([...key]);
        if (!isReplaced) {
          isReplaced = true;
          await clock.advance(60_001);
          await writer.onFlagDefinitionsReceived(buildData('W/"2"'));
        }
        return entry;
      },
      list: (selector) => kv.list(selector as Deno.KvListSelector),
      atomic: () => kv.atomic(),
      close() {},
    };
    const reader = createIsolate({}, slow);
    assertEquals(await reader.getFlagDefinitions(), buildData('W/"2"'));
  },
);

kvTest(
  "denoKvCache() takes an entry with a missing piece for none, and its holder writes it again",
  async ({ kv, createIsolate }) => {
    const [holder, reader] = [createIsolate(), createIsolate()];
    const data = buildData('W/"1"', "a".repeat(200_000));
    await holder.onFlagDefinitionsReceived(data);
    const keys = (await Array.fromAsync(kv.list({ prefix: PIECES }))).map((
      { key },
    ) => key);
    await kv.delete(keys[1] ?? []);
    assertEquals(await reader.getFlagDefinitions(), undefined);
    await holder.onFlagDefinitionsUnchanged?.();
    assertEquals(await reader.getFlagDefinitions(), data);
  },
);

const UNREADABLE_HEADS: readonly (readonly [name: string, value: unknown])[] = [
  ["text", "head"],
  ["a head without a version", { write: [1, "x"], pieces: 1 }],
  ["a head without a write", { version: "1", pieces: 1 }],
  ["a head with an unreadable write", {
    version: "1",
    write: ["x"],
    pieces: 1,
  }],
  ["a head without pieces", { version: "1", write: [1, "x"] }],
  ["a head of no pieces", { version: "1", write: [1, "x"], pieces: 0 }],
  ["a head of pieces that are not there", {
    version: "1",
    write: [1, "x"],
    pieces: 2,
  }],
];

for (const [name, value] of UNREADABLE_HEADS) {
  kvTest(
    `denoKvCache() takes ${name} for an empty cache, and writes over it`,
    async ({ kv, createIsolate }) => {
      await kv.set(HEAD, value);
      assertEquals(await createIsolate().getFlagDefinitions(), undefined);
      await createIsolate().onFlagDefinitionsReceived(buildData('W/"1"'));
      assertEquals(
        await createIsolate().getFlagDefinitions(),
        buildData('W/"1"'),
      );
    },
  );
}

kvTest(
  "denoKvCache() takes pieces that are no definitions for an empty cache",
  async ({ kv, createIsolate }) => {
    await kv.set(HEAD, { version: "1", write: [1, "x"], pieces: 1 });
    for (const text of ["no json", "[]", '{"flags":{}}']) {
      await kv.set([...PIECES, 1, "x", 0], new TextEncoder().encode(text));
      assertEquals(await createIsolate().getFlagDefinitions(), undefined);
    }
    await kv.set([...PIECES, 1, "x", 0], "a text");
    assertEquals(await createIsolate().getFlagDefinitions(), undefined);
  },
);

kvTest(
  "denoKvCache() refuses more than 'maxBytes' and keeps what there is",
  async ({ createIsolate }) => {
    await createIsolate().onFlagDefinitionsReceived(buildData('W/"1"'));
    const writer = createIsolate({ maxBytes: 1000 });
    await assertRejects(
      async () =>
        await writer.onFlagDefinitionsReceived(
          buildData('W/"2"', "a".repeat(1000)),
        ),
      RangeError,
      "1000",
    );
    assertEquals(
      await createIsolate().getFlagDefinitions(),
      buildData('W/"1"'),
    );
  },
);

kvTest("denoKvCache() keeps prefixes apart", async ({ createIsolate }) => {
  const [one, two] = ["one", "two"].map((name) =>
    createIsolate({ prefix: [name, 7] })
  );
  await one?.onFlagDefinitionsReceived(buildData('W/"1"'));
  assertEquals(await two?.getFlagDefinitions(), undefined);
  assertEquals(await elect([one, two].flatMap((cache) => cache ?? [])), [0, 1]);
});
