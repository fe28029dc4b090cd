import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromEnv } from "edgehog";
import { fromRoot } from "./_kit/paths.ts";

const README = Deno.readTextFileSync(fromRoot("README.md"));

Deno.test("the README is a page: 180 lines at most", () => {
  assert(README.trimEnd().split("\n").length <= 180);
});

Deno.test("the README names every variable that fromEnv() reads", () => {
  const asked = new Set<string>();
  fromEnv(
    new Proxy({}, {
      get: (_target, name) => void asked.add(String(name)),
    }),
  );
  assertEquals(
    [...asked].filter((name) => !README.includes(`\`${name}\``)),
    [],
  );
  assert(asked.size > 4);
});

Deno.test("the README's commands are tasks, with Deno and with Node alone", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(fromRoot("deno.json")));
  const named = Array.from(
    README.matchAll(/\btask ([a-z]+(?::[a-z]+)?)/g),
    ([, n]) => n,
  );
  assertEquals(named.filter((name) => name && !(name in tasks)), []);
  for (const task of ["demo", "test"]) {
    assertStringIncludes(README, `npx -y deno@2.9.6 task ${task} `);
    assertStringIncludes(README, `deno task ${task}:`);
  }
});
