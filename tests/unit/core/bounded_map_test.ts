import { assertEquals } from "@std/assert";
import { BoundedMap, MAX_MAP_BYTES } from "../../../src/core/bounded_map.ts";

Deno.test("BoundedMap forgets the entry used longest ago, one by one", () => {
  const map = new BoundedMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.get("a");
  map.set("c", 3);
  assertEquals([map.get("a"), map.get("b"), map.get("c"), map.size], [
    1,
    undefined,
    3,
    2,
  ]);
});

Deno.test("BoundedMap replaces a value without growing", () => {
  const map = new BoundedMap<string, number>(1);
  map.set("a", 1);
  map.set("a", 2);
  assertEquals([map.get("a"), map.size], [2, 1]);
});

Deno.test("BoundedMap.clear() forgets everything", () => {
  const map = new BoundedMap<string, undefined>(3);
  map.set("a", undefined);
  assertEquals(map.has("a"), true);
  map.clear();
  assertEquals([map.has("a"), map.size], [false, 0]);
});

/** A key of so many bytes, and no other of the same tag. */
const buildKey = (tag: number, bytes: number) =>
  `${tag}`.padEnd(bytes / 2, "ж");

Deno.test("BoundedMap forgets the entries used longest ago when their bytes are too many (FLD-083)", () => {
  const map = new BoundedMap<string, null>(Infinity);
  const bytes = MAX_MAP_BYTES / 10;
  for (let tag = 0; tag < 9; tag++) map.set(buildKey(tag, bytes), null);
  assertEquals(map.size, 9);
  map.get(buildKey(0, bytes));
  map.set(buildKey(9, bytes), null);
  assertEquals([map.size, map.has(buildKey(0, bytes))], [9, true]);
  assertEquals(map.has(buildKey(1, bytes)), false);
  // A larger one takes the room of several.
  map.set(buildKey(10, 5 * bytes), null);
  assertEquals(map.size, 5);
});

Deno.test("BoundedMap counts the bytes of values, also of those replaced and deleted (FLD-083)", () => {
  const map = new BoundedMap<string, Uint8Array>(
    Infinity,
    ({ byteLength }) => byteLength,
  );
  const half = new Uint8Array(MAX_MAP_BYTES / 2 - 1000);
  for (let round = 0; round < 5; round++) map.set("a", half);
  map.set("b", half);
  assertEquals(map.size, 2);
  map.delete("a");
  map.delete("a");
  map.set("c", half);
  assertEquals([...map.keys()], ["b", "c"]);
  map.clear();
  map.set("d", half).set("e", half);
  assertEquals([...map.keys()], ["d", "e"]);
});

Deno.test("BoundedMap holds nothing that is too large by itself, and keeps the rest (FLD-083)", () => {
  const map = new BoundedMap<string, null>(2);
  map.set("a", null);
  map.set(buildKey(0, MAX_MAP_BYTES), null);
  assertEquals([...map.keys()], ["a"]);
});

Deno.test("BoundedMap holds a hundred thousand small entries within its bytes, or fewer (FLD-083)", () => {
  const map = new BoundedMap<string, null>(100_000);
  for (let id = 0; id < 100_000; id++) map.set(`user-${id}`, null);
  assertEquals(map.size > 35_000 && map.size < 100_000, true);
});
