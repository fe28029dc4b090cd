import { assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../../src/core/version.ts";
import { fromRoot } from "../../_kit/paths.ts";
import { call } from "./_terminal.ts";

Deno.test("edgehog --help names each command, and each command its options", async () => {
  const { status, said } = await call(["--help"]);
  assertEquals(status, 0);
  const [text = ""] = said;
  for (const name of ["emulator", "doctor"]) {
    assertMatch(text, new RegExp(`^  ${name} `, "m"));
    for (const option of ["--help", "-h"]) {
      const help = await call([name, option]);
      assertEquals(help.status, 0);
      assertMatch(
        help.said[0] ?? "",
        new RegExp(`^Usage: npx edgehog ${name}`),
      );
      assertMatch(help.said[0] ?? "", /^ {2}--help /m);
    }
  }
});

Deno.test("edgehog --version gives the version", async () => {
  assertEquals(await call(["--version"]), {
    status: 0,
    said: [VERSION],
    complained: [],
  });
});

Deno.test("edgehog without a command shows what there is, and fails", async () => {
  const { status, said } = await call([]);
  assertEquals(status, 2);
  assertMatch(said[0] ?? "", /^Usage: /);
});

const BROKEN: readonly [args: string[], status: number, line: RegExp][] = [
  [
    ["emulater"],
    2,
    /no command 'emulater', perhaps 'emulator' was meant;.*--help/,
  ],
  [["constructor"], 2, /no command 'constructor';/],
  [["--nope"], 2, /Unknown option '--nope';/],
  [["emulator", "--nope"], 2, /Unknown option '--nope'; see .*emulator --help/],
  [["emulator", "--port"], 2, /--port/],
  [
    ["emulator", "--port", "abc"],
    2,
    /'--port': expected a number from 0 to 65535/,
  ],
  [["emulator", "--host", "", "--port", "0"], 2, /'--host': expected an/],
  [["emulator", "a\nb"], 2, /Cannot use the argument 'a\\u000ab'/],
  [["emulator", "\u001b[2J"], 2, /Cannot use the argument '\\u001b\[2J'/],
  [["emulator", "--port", "65536"], 2, /'--port': expected a number/],
  [["emulator", "stray"], 2, /Cannot use the argument 'stray'/],
  [
    ["emulator", "--flags", "none.json"],
    1,
    /none\.json: there is no such file or directory$/,
  ],
  [["emulator", "--flags", "src"], 1, /flags of src: it is a directory$/],
  [["emulator", "--flags", "README.md"], 1, /README\.md: it is not JSON/],
  [
    ["emulator", "--flags", "deno.json"],
    1,
    /deno\.json: the flag 'exports' is neither/,
  ],
];

for (const [args, status, line] of BROKEN) {
  Deno.test(`edgehog ${args.join(" ")} fails in one line`, async () => {
    const called = await call(args, { directory: fromRoot("") });
    assertEquals([called.status, called.said], [status, []]);
    assertEquals(called.complained.length, 1);
    assertMatch(called.complained[0] ?? "", line);
    assertMatch(called.complained[0] ?? "", /^edgehog: [^\n]+$/);
  });
}
