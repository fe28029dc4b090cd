import { assert, assertEquals } from "@std/assert";
import {
  isSentence,
  listTexts,
  listUnexplained,
  listUnknown,
  readFirstColumn,
  readTexts,
} from "./_kit/messages.ts";
import { fromRoot } from "./_kit/paths.ts";

const PAGE = "docs/troubleshooting.md";

/** Where texts are no messages of the library, and why. */
const ELSEWHERE: readonly (readonly [path: string, why: string])[] = [
  ["src/dev/", "the emulator answers in PostHog's place"],
  ["src/testing/", "what a test's assertion says stands in the test's report"],
  ["src/errors/describe_exception.ts", "texts of `$exception` events"],
  ["src/flags/minimal_exposure.ts", "names of properties"],
];

/** Texts of other files that are no messages. */
const NO_MESSAGES: readonly RegExp[] = [
  // Names side by side.
  /^distinctId /,
  /^(?:fatal critical|warning warn|info notice|debug trace)/,
  // Options of posthog-node with what to do: the page has the line around them.
  /^\npreloadFeatureFlags /,
  // What is looked for in foreign texts, and headers.
  /^\[(?:native code|object (?:Object|Response))\]$/,
  /^(?:eval at |within global scope|Bearer …|… GMT)$/,
  // What tells that something was said before.
  /^AI name$/,
];

const page = Deno.readTextFileSync(fromRoot(PAGE));
const entries = readFirstColumn(page, "message");
const texts = readTexts().filter(({ place, pieces }) =>
  !ELSEWHERE.some(([path]) => place.startsWith(path)) &&
  !NO_MESSAGES.some((pattern) => pattern.test(pieces.join("…")))
);

Deno.test("the page on troubleshooting explains every message of the library", () => {
  assert(texts.filter(isSentence).length > 300);
  assertEquals(listUnexplained(texts.filter(isSentence), entries), []);
});

Deno.test("the page on troubleshooting has no message that the library has not", () => {
  assertEquals(listUnknown(texts, entries), []);
});

Deno.test("the page on troubleshooting has each message once", () => {
  assertEquals(
    entries.filter((entry, at) => entries.indexOf(entry) !== at),
    [],
  );
});

/** The members of a union, or of a list, in a module. */
function readMembers(path: string, start: string, end: string): string[] {
  const source = Deno.readTextFileSync(fromRoot(path));
  const from = source.indexOf(start);
  assert(from >= 0, `${path} has no '${start}'`);
  const part = source.slice(from, source.indexOf(end, from));
  return Array.from(part.matchAll(/"(\w+)"/g), ([, name = ""]) => name)
    .toSorted();
}

Deno.test("the page on troubleshooting has every reason for which an event is dropped", () => {
  assertEquals(
    readFirstColumn(page, "reason of a drop").toSorted(),
    readMembers("src/core/reporter.ts", "export type DropReason", ";"),
  );
});

Deno.test("the page on troubleshooting has every code of an error", () => {
  assertEquals(
    readFirstColumn(page, "`code` of an error").toSorted(),
    readMembers("src/core/errors.ts", "const CODES", ");"),
  );
});

const SOURCE = `
import { a } from "a module";
/** A comment of words. */
warn("Cannot do this: the reason");
tell(\`Cannot use '\${name}': expected \${what}\`);
const NAME = "single";
`;
const FOUND = listTexts("src/a.ts", SOURCE);

Deno.test("listTexts() reads literals and templates, and neither imports nor comments", () => {
  assertEquals(
    FOUND.map(({ place, pieces }) => `${place} ${pieces.join("…")}`),
    [
      "src/a.ts:4 Cannot do this: the reason",
      "src/a.ts:5 Cannot use '…': expected …",
      "src/a.ts:6 single",
    ],
  );
  assertEquals(FOUND.filter(isSentence).length, 2);
});

const ROWS = `
| message | what |
| --- | --- |
| \`Cannot do this: the reason\`, \`Cannot use '…': expected single\` | a |

| reason | what |
| --- | --- |
| \`other\` | b |
`;

Deno.test("readFirstColumn() reads the tables with the heading", () => {
  assertEquals(readFirstColumn(ROWS, "message"), [
    "Cannot do this: the reason",
    "Cannot use '…': expected single",
  ]);
});

Deno.test("listUnexplained() and listUnknown() find what only one side has", () => {
  const rows = readFirstColumn(ROWS, "message");
  const sentences = FOUND.filter(isSentence);
  assertEquals(listUnexplained(sentences, rows), []);
  assertEquals(listUnknown(FOUND, rows), []);
  assertEquals(listUnexplained(sentences, rows.slice(1)), [
    "src/a.ts:4: Cannot do this: the reason",
  ]);
  assertEquals(listUnknown(FOUND, ["Cannot do this: another reason"]), [
    "Cannot do this: another reason",
  ]);
});
