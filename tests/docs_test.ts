import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import config from "../deno.json" with { type: "json" };
import { ENTRIES } from "../scripts/check/_entries.ts";
import { type Page, parsePage } from "./_kit/markdown.ts";
import {
  deadLinks,
  type SampleWorld,
  strayBlocks,
  unlinkedPages,
} from "./_kit/markdown_rules.ts";
import { fromRoot } from "./_kit/paths.ts";

const SAMPLES = /^(?:README|npm\/README|docs\/.*)\.md$/;
const INDEX: readonly string[] = ["README.md", "docs/README.md"];
/** What is installed or built. */
const NOT_OURS = /^(?:node_modules|dist|build|\.(?!github).*)$/;

const exists = (path: string): boolean => existsSync(fromRoot(path));

const read = (path: string): string | undefined =>
  exists(path) ? Deno.readTextFileSync(fromRoot(path)) : undefined;

function listFiles(directory = ""): string[] {
  return Array.from(Deno.readDirSync(fromRoot(directory || "."))).flatMap(
    ({ name, isDirectory }) => {
      const path = directory === "" ? name : `${directory}/${name}`;
      if (!isDirectory) return [path];
      return NOT_OURS.test(name) ? [] : listFiles(path);
    },
  ).toSorted();
}

const FILES = listFiles();
const PAGES: readonly Page[] = FILES.filter((path) => path.endsWith(".md"))
  .map((path) => parsePage(path, read(path) ?? ""));

/** What the tasks that CI runs have in their commands. */
const CI_COMMANDS: readonly string[] = Array.from(
  (read(".ci/run") ?? "").matchAll(/\btask (\S+)/g),
  ([, task]) => Object.entries(config.tasks).find(([name]) => name === task),
).map((found) => found?.[1].command ?? "");

/** The tests of projects that CI runs, their texts by path. */
const PROJECT_TESTS = FILES.filter((path) =>
  /^tests\/(?:examples|projects)\/[^/]+_test\.ts$/.test(path) &&
  CI_COMMANDS.some((command) =>
    command.split(" ").some((word) =>
      path === word || path.startsWith(`${word}/`)
    )
  )
).map((path) => ({ path, text: read(path) ?? "" }));

/** What the task `check` passes over. */
const EXCLUDED = config.exclude.map((glob) =>
  new RegExp(`^${glob.replaceAll("*", "[^/]+")}`)
);

/** A file of a project that a test names, or one that the task `check` compiles. */
function isCompiled(path: string): boolean {
  const [, name] = /^(?:examples|tests\/projects)\/([^/]+)\//.exec(path) ?? [];
  if (name === undefined) return false;
  const isChecked = path.endsWith(".ts") &&
    !EXCLUDED.some((excluded) => excluded.test(path));
  return isChecked ||
    PROJECT_TESTS.some((test) =>
      test.path.endsWith(`/${name.replaceAll("-", "_")}_test.ts`) ||
      new RegExp(`(?:["'\`/])${name}["'\`/]|^  ${name}:`, "m").test(test.text)
    );
}

const WORLD: SampleWorld = {
  entries: ENTRIES.map(({ specifier }) => specifier),
  run: config.tasks["test:doc"].command.split(" "),
  isCompiled,
  read,
};

Deno.test("every sample of the docs runs, or stands in a project that CI compiles", () => {
  assertEquals(
    PAGES.filter(({ path }) => SAMPLES.test(path)).flatMap((page) =>
      strayBlocks(page, WORLD)
    ),
    [],
  );
});

Deno.test("links and anchors of the docs lead somewhere", () => {
  assertEquals(deadLinks(PAGES, exists), []);
});

Deno.test("the README or the index of docs links to every page there", () => {
  assertEquals(unlinkedPages(PAGES, "docs", INDEX), []);
});

Deno.test("CI compiles every example", () => {
  const sources = FILES.filter((path) =>
    /^examples\/.*\.(?:ts|js|mjs)$/.test(path)
  );
  assert(sources.length > 10);
  assertEquals(sources.filter((path) => !isCompiled(path)), []);
  assertEquals(isCompiled("examples/unknown/main.js"), false);
  assertEquals(isCompiled("tests/projects/unknown/main.ts"), false);
  assertEquals(isCompiled("src/core/clock.ts"), false);
});

interface Row {
  readonly name: string;
  readonly text: string;
  readonly found: readonly string[];
}

const TEXTS: Readonly<Record<string, string>> = {
  "examples/a/main.ts": "function f() {\n  if (a) {\n    b();\n  }\n}\n",
  "docs/other.md": "# A page",
};

const block = (info: string, code: string, before = "") =>
  `${before}\n\n\`\`\`${info}\n${code}\n\`\`\`\n`;
const EXCERPT = "<!-- excerpt: examples/a/main.ts -->";

const BLOCKS: readonly Row[] = [
  {
    name: "a sample that runs",
    text: block("ts", 'import { PostHog } from "edgehog";\nnew PostHog("");'),
    found: [],
  },
  {
    name: "a sample that imports what npm's package does not bring",
    text: block("ts", 'import {\n  a,\n} from "@std/assert";'),
    found: [
      'docs/a.md:3: imports "@std/assert", which npm\'s package does not bring',
    ],
  },
  {
    name: "a sample that does not run",
    text: block("ts ignore", "b();"),
    found: [
      "docs/a.md:3: neither runs nor says which file it is an excerpt of",
    ],
  },
  {
    name: "an excerpt, moved as a whole, beside a word for the formatter",
    text: block(
      "ts ignore",
      "if (a) {\n  b();\n}",
      `${EXCERPT}\n<!-- deno-fmt-ignore -->`,
    ),
    found: [],
  },
  {
    name: "an excerpt whose lines are moved singly",
    text: block("ts ignore", "if (a) {\nb();\n}", EXCERPT),
    found: ["docs/a.md:3: examples/a/main.ts has other lines"],
  },
  {
    name: "an excerpt with a line left out",
    text: block("ts ignore", "if (a) {\n}", EXCERPT),
    found: ["docs/a.md:3: examples/a/main.ts has other lines"],
  },
  {
    name: "an excerpt of nothing",
    text: block("ts ignore", "", EXCERPT),
    found: ["docs/a.md:3: examples/a/main.ts has other lines"],
  },
  {
    name: "a comment that text follows",
    text: block("ts ignore", "b();", `${EXCERPT}\ntext`),
    found: [
      "docs/a.md:4: neither runs nor says which file it is an excerpt of",
    ],
  },
  {
    name: "an excerpt of a file that is gone",
    text: block("svelte", "b();", "<!-- excerpt: examples/a/gone.ts -->"),
    found: ["docs/a.md:3: examples/a/gone.ts is not there"],
  },
  {
    name: "an excerpt of a file that CI does not compile",
    text: block("js ignore", "# A page", "<!-- excerpt: docs/other.md -->"),
    found: ["docs/a.md:3: CI does not compile docs/other.md"],
  },
  { name: "a shell's lines", text: block("sh", "npm start"), found: [] },
];

for (const { name, text, found } of BLOCKS) {
  Deno.test(`strayBlocks() judges ${name}`, () => {
    const page = parsePage("docs/a.md", text);
    assertEquals(
      strayBlocks(page, {
        entries: ["edgehog"],
        run: ["docs"],
        isCompiled: (path) => path.startsWith("examples/"),
        read: (path) => TEXTS[path],
      }),
      found,
    );
  });
}

Deno.test("strayBlocks() finds a page that is not run", () => {
  const page = parsePage("docs/a.md", block("ts", "b();"));
  assertEquals(strayBlocks(page, { ...WORLD, run: ["README.md"] }), [
    "docs/a.md:3: the task test:doc does not run this page",
  ]);
});

Deno.test("deadLinks() finds files and anchors that are not there", () => {
  const pages = [
    parsePage(
      "docs/a.md",
      `# Why \`a.b\` is "undecided"?
## Twice
## Twice
[1](#why-ab-is-undecided) [2](#twice-1) [3](b.md#c) [4](../x/) [5](https://a.b)
[6](#twice-2) [7](b.md#d) [8](gone.md) \`[9](gone.md)\` <img src="gone.png">
[10]: gone.md
\`\`\`md
[11](gone.md)
\`\`\``,
    ),
    parsePage("docs/b.md", "# C"),
  ];
  assertEquals(deadLinks(pages, (path) => path === "x/"), [
    "docs/a.md:5: #twice-2",
    "docs/a.md:5: b.md#d",
    "docs/a.md:5: gone.md",
    "docs/a.md:5: gone.png",
    "docs/a.md:6: gone.md",
  ]);
});

Deno.test("unlinkedPages() finds a page that the index does not have", () => {
  const pages = [
    parsePage("docs/README.md", "[a](a.md#b)"),
    parsePage("docs/a.md", "[b](b.md)"),
    parsePage("docs/b.md", ""),
  ];
  assertEquals(unlinkedPages(pages, "docs", INDEX), ["docs/b.md"]);
});
