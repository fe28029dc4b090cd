import { assert, assertEquals } from "@std/assert";
import { buildLlms, readDocs } from "../scripts/check/build_llms.ts";
import { fromRoot } from "./_kit/paths.ts";

for (const [name, text] of Object.entries(buildLlms(...readDocs()))) {
  Deno.test(`docs/${name} is made of the docs as they are: else run "deno task llms:update"`, () => {
    assert(Deno.readTextFileSync(fromRoot(`docs/${name}`)) === text);
  });
}

Deno.test("buildLlms() goes by the index, and has the pages behind it that only the README links to", () => {
  const files = buildLlms("# tool\n\nWhat it\nis.\n\nMore.", [
    { name: "a.md", text: "# A\n\nSays a.b. And more.\n" },
    {
      name: "README.md",
      text: "| page | what |\n| --- | --- |\n| [Bee](b.md) | all of b |\n",
    },
    {
      name: "b.md",
      text:
        "# B\n\n<!-- excerpt: x.ts -->\n\n```ts\n  code;\n```\n\n| a   | b |\n| ----- | - |\n",
    },
  ]);
  assertEquals(
    files["llms.txt"].split("\n\n").slice(0, 5),
    [
      "# tool",
      "> What it is.",
      "All of this in one file: [llms-full.txt](llms-full.txt).",
      "## Docs",
      "- [B](b.md): all of b\n- [A](a.md): Says a.b.",
    ],
  );
  assertEquals(
    files["llms-full.txt"],
    "# tool\n\nWhat it\nis.\n\nMore.\n\n---\n\n# B\n\n```ts\n  code;\n```\n\n| a | b |\n| --- | - |\n\n---\n\n# A\n\nSays a.b. And more.\n",
  );
});
