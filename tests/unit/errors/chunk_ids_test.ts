import { assertEquals } from "@std/assert";
import { ChunkIds } from "../../../src/errors/chunk_ids.ts";
import { MANUAL } from "../../../src/errors/types.ts";
import { capture, withStack } from "./_exceptions.ts";
import { RECORDINGS } from "./_recordings.ts";

const keys = RECORDINGS.filter(({ kind }) => kind === "chunk-id-snippet-key");

/** Where the recorded snippet ran. */
const FILES: Readonly<Record<string, string>> = {
  node: "/app/dist/main.mjs",
  deno: "/app/dist/main.mjs",
  bun: "/app/dist/main.mjs",
  workerd: "worker.js",
};

for (const { runtime, stack } of keys) {
  Deno.test(`ChunkIds.read() reads the key that ${runtime} gives (ERR-083)`, () => {
    const files = new ChunkIds().read({ [stack ?? ""]: "id-1" });
    assertEquals([...files], [[FILES[runtime], "id-1"]]);
  });
}

Deno.test("ChunkIds.read() reads an at-sign key (ERR-083)", () => {
  const files = new ChunkIds().read({
    "f@[native code]\nmodule code@/app/x.js:1:2": "id-1",
  });
  assertEquals([...files], [["/app/x.js", "id-1"]]);
});

const error = withStack(
  new Error("m"),
  "Error: m\n at f (file:///app/a.js:1:2)\n at g (/app/b.js:1:2)\n at h (/app/a.js:9:9)",
);

const read = (
  chunkIds: unknown,
  chunks?: ChunkIds,
  projectRoot?: string,
) => {
  const { list } = capture(error, {
    boundary: MANUAL,
    chunkIds: (chunks ?? new ChunkIds()).read(chunkIds),
    frames: { projectRoot },
  });
  return list[0].stacktrace?.frames.map((frame) => frame.chunk_id);
};

const A = "Error\n at file:///app/a.js:1:169";
const B = "Error\n at file:///app/b.js:1:169";

Deno.test("buildException() puts a chunk's id on each of its frames (ERR-083)", () => {
  assertEquals(read({ [A]: "id-a" }), ["id-a", undefined, "id-a"]);
});

Deno.test("buildException() looks for chunks before it shortens names (ERR-084)", () => {
  assertEquals(read({ [A]: "id-a" }, undefined, "/app"), [
    "id-a",
    undefined,
    "id-a",
  ]);
});

Deno.test("ChunkIds.read() reads again when a chunk was loaded, and not otherwise (ERR-085)", () => {
  const chunks = new ChunkIds();
  const map: Record<string, string> = { [A]: "id-a" };
  const first = chunks.read(map);
  assertEquals(chunks.read(map), first);
  assertEquals(chunks.read(map) === first, true);
  map[B] = "id-b";
  assertEquals(read(map, chunks), ["id-a", "id-b", "id-a"]);
  assertEquals(read({ [A]: "new", [B]: "new" }, chunks), ["new", "new", "new"]);
});

Deno.test("ChunkIds.read() makes nothing of anything else", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const throwing = {
    get [A]() {
      throw new Error("no");
    },
  };
  for (const map of [undefined, null, 1, "x", {}, [], proxy]) {
    assertEquals(new ChunkIds().read(map).size, 0);
  }
  for (const map of [throwing, { [A]: 7 }, { [A]: "" }, { "": "x", x: "y" }]) {
    assertEquals(new ChunkIds().read(map).size, 0);
  }
});

Deno.test("buildException() tells the release below what the caller says (ERR-086)", () => {
  const tell = (releaseId: unknown) => capture(error, { releaseId }).defaults;
  assertEquals(tell("r-1"), { "$release_id": "r-1" });
  for (const other of ["", 7, null, undefined, {}]) {
    assertEquals(tell(other), {});
  }
});
