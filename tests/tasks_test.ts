import { assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { fromRoot } from "./_kit/paths.ts";

Deno.test("every test of a project is run by a task that CI calls", () => {
  const ci = Deno.readTextFileSync(fromRoot(".ci/run"));
  const commands = Object.entries(config.tasks)
    .filter(([name]) => ci.includes(` task ${name}\n`))
    .map(([, { command }]) => command).join(" ");
  const paths = [...Deno.readDirSync(fromRoot("tests/projects"))]
    .filter(({ name }) => name.endsWith("_test.ts"))
    .map(({ name }) => `tests/projects/${name}`);
  assertEquals(paths.filter((path) => !commands.includes(path)), []);
  assertEquals(paths.length > 10, true);
});
