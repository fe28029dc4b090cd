import { assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { fromRoot } from "./_kit/paths.ts";

/** Where the map's names begin: they are short where the line before says the room. */
const ROOMS = [
  "",
  "src/",
  "src/local_evaluation/definitions/",
  "src/local_evaluation/evaluation/",
];

Deno.test("CONTRIBUTING.md opens with a map of ten steps each, and names files that are there", () => {
  const text = Deno.readTextFileSync(fromRoot("CONTRIBUTING.md"));
  const map = text.split(/^## /m)[1] ?? "";
  assertEquals(map.split("\n")[0], "The map");
  assertEquals([...map.matchAll(/^10\. /gm)].length, 2);
  assertEquals(map.match(/^11\. /m), null);
  const named = [...text.matchAll(/`([\w./-]+\.(?:ts|md|txt|json|yml))`/g)]
    .map(([, path = ""]) => path);
  assertEquals(
    named.filter((path) =>
      !ROOMS.some((room) => existsSync(fromRoot(room + path)))
    ),
    [],
  );
  assertEquals(named.length > 30, true);
});
