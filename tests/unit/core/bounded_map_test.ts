import { assertEquals } from "@std/assert";
import { BoundedMap } from "../../../src/core/bounded_map.ts";

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
