import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { findBun } from "../_kit/bun.ts";
import { fromRoot } from "../_kit/paths.ts";
import { testProject } from "./_project.ts";

/** A test runner that the shop's tests run under. */
interface Runner {
  /** Its directory below `tests/projects/kits`. */
  readonly name: string;
  /** What runs the tests. */
  readonly command: readonly string[];
  /** Whose end says how many tests there were. */
  readonly says: RegExp;
  /** Its tests, where they are those of another. */
  readonly tests?: string;
}

/** What runs on a Node that the machine may lack. */
const NODE_22 = ["npx", "-y", "node@22"];
const VITEST = ["node_modules/vitest/vitest.mjs", "run"];

const RUNNERS: readonly Runner[] = [
  { name: "node", command: ["node", "--test"], says: /^\S pass 9$/m },
  {
    name: "bun",
    get command() {
      return [findBun(), "test"];
    },
    says: /^ 7 pass$/m,
  },
  {
    name: "deno",
    // No permission for the network.
    command: [Deno.execPath(), "test", "--allow-read"],
    says: /\b7 passed\b/,
  },
  {
    name: "jest",
    command: ["node", "node_modules/jest/bin/jest.js", "--ci"],
    says: /^Tests: +8 passed/m,
  },
  {
    name: "vitest",
    command: ["node", ...VITEST],
    says: /^ *Tests +7 passed/m,
  },
  // Of these two the second is the first under its older name; both run the tests in workerd.
  {
    name: "workers",
    command: [...NODE_22, ...VITEST],
    says: /^ *Tests +9 passed/m,
  },
  {
    name: "pool-workers",
    tests: "workers/shop.test.js",
    command: [...NODE_22, ...VITEST],
    says: /^ *Tests +9 passed/m,
  },
];

/** The shop and its tests: the same for every runner. */
const SHARED = ["shop.js", "shop_suite.js"];

for (const { name, command, says, tests } of RUNNERS) {
  testProject(`kits/${name}`, async ({ directory, run }, t) => {
    const source = fromRoot("tests/projects/kits");
    for (const file of [...SHARED, ...tests ? [tests] : []]) {
      const target = file.replace(/.*\//, "");
      await Deno.copyFile(`${source}/${file}`, `${directory}/${target}`);
    }
    await t.step("the shop's tests pass, with no network", async () => {
      assertMatch(withoutColors(await run(...command)), says);
    });
    await t.step("what a broken shop does is shown line by line", async () => {
      const code = await Deno.readTextFile(`${source}/shop.js`);
      const broken = code.replace("total: order.total", "total: -order.total");
      await Deno.writeTextFile(`${directory}/shop.js`, broken);
      const { message } = await assertRejects(() => run(...command), Error);
      const lines = withoutColors(message).split("\n").map((it) => it.trim());
      const shown = lines.filter((line) => /^[-+] properties\./.test(line));
      assertEquals([...new Set(shown)].slice(0, 2), [
        "- properties.total: 12",
        "+ properties.total: -12",
      ]);
    });
  });
}

function withoutColors(text: string): string {
  // deno-lint-ignore no-control-regex -- the escape that begins a color
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}
