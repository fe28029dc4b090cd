import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isAffordable } from "../../../../src/local_evaluation/regex/regex_cost.ts";
import {
  type PortableRegex,
  scanRegex,
} from "../../../../src/local_evaluation/regex/regex_syntax.ts";

function scanPortable(pattern: string): PortableRegex {
  const scan = scanRegex(pattern);
  if (scan.kind !== "portable") throw new Error(`${pattern} is ${scan.kind}`);
  return scan;
}

const UNKNOWN: readonly (readonly [name: string, patterns: string[]])[] = [
  ["backreferences", ["(a)\\1", "(?<n>a)\\k<n>", "(?P<n>a)(?P=n)", "\\k"]],
  ["look-behind", ["(?<=a)b", "(?<!a)b"]],
  [
    "escapes of the other dialect",
    [..."AzZGKhHRXQEpPaeNOgUcC0189"].map((letter) => `\\${letter}`),
  ],
  ["Unicode sets", ["\\p{L}+", "\\pL", "\\P{Lu}", "[\\p{L}]"]],
  ["octal", ["\\012", "\\0", "[\\0]"]],
  ["possessive quantifiers", ["x++", "x*+", "x?+", "x{2}+"]],
  ["stacked quantifiers", ["a**", "a+*", "a{2}{3}", "a*{2}", "a???"]],
  [
    "repeated assertions",
    ["^*", "$+", "\\b?", "\\B{2}", "(?=a)*", "(?!a)?", "a|^*"],
  ],
  [
    "repeated groups that take nothing",
    ["(?:)*", "(?:^)*", "()?", "(?:(?=a))+", "(?:\\b)?"],
  ],
  ["high counts", ["a{1001}", "a{1,1001}", "a{1001,}", "a{99999999999}"]],
  ["atomic groups and comments", ["(?>a)", "(?#a)", "a(?#b)"]],
  [
    "other flags and places of flags",
    ["(?x)a b", "(?i-s)a", "a(?i)b", "(?i:a)", "(?i)(?s)a", "(?ii)a", "(?U)a"],
  ],
  ["conditionals and verbs", ["(?(1)a|b)", "(*FAIL)", "(*a)", "(?|a)"]],
  ["word ends", ["\\<a", "a\\>", "[\\<]"]],
  ["malformed codes", ["\\x4", "\\x{41}", "\\u12", "\\u{41}", "[\\x4]"]],
  ["surrogate escapes", ["\\ud83d\\ude00", "[\\ud800]"]],
  ["lone surrogates", ["\ud83d", "[\ude00]"]],
  ["backslash and space, control or non-ASCII", ["\\ ", "\\\n", "\\é", "\\😀"]],
  ["nested classes", ["[a[b]]", "[[:alpha:]]", "[^[a]]"]],
  [
    "set operators",
    ["[a&&b]", "[a--b]", "[a~~b]", "[--a]", "[+--]"],
  ],
  ["] first", ["[]a]", "[^]a]", "[]", "[^]"]],
  ["assertions in a class", ["[\\b]", "[\\B]"]],
  ["a set as the end of a range", ["[\\w-a]", "[a-\\d]", "[\\s-\\w]"]],
  ["braces", ["a{", "a{x}", "a{,2}", "{2}", "({2})", "a{ 2 }", "a|{1,2}"]],
  ["group names", ["(?<é>a)", "(?<1>a)", "(?<n>a)(?<n>b)", "(?'n'a)", "(?<n"]],
  [
    "repeated groups with a choice",
    ["(a|a)*b", "(?:a|b)+", "(a*)*", "(a?){2}", "([a-z]+\\.)+", "((a|b))*"],
  ],
  ["case folding beyond ASCII", ["(?i)é", "(?i)\\u212a", "(?i)[a-é]"]],
  ["counted look-aheads", ["(?:(?!x)a){500}", "((?=a)a){2}"]],
  ["what a backtracking search takes for valid", ["(?=a)a{2,1}"]],
  ["size", ["\\w{255}", "[^\\d]{200}", "(?:.{1000})?".repeat(9)]],
  ["depth", ["(".repeat(21) + "a" + ")".repeat(21)]],
  ["length", ["a".repeat(4097)]],
];

for (const [name, patterns] of UNKNOWN) {
  Deno.test(`scanRegex() leaves ${name} to the server (FLG-057)`, () => {
    for (const pattern of patterns) {
      assertEquals(scanRegex(pattern).kind, "unknown", pattern);
    }
  });
}

Deno.test("scanRegex() knows what no dialect takes (FLG-057)", () => {
  const patterns = [
    ..."[()*+?\\",
    "*star",
    "(unclosed",
    "a)",
    "a|*b",
    "(?:?)",
    "(?i)*",
    "[a",
    "[a\\]",
    "[^",
    "[\\",
    "[z-a]",
    "a{2,1}",
    "a\\",
  ];
  for (const pattern of patterns) {
    assertEquals(scanRegex(pattern).kind, "invalid", pattern);
  }
});

/** Pattern, a subject that matches, and one that does not; both ASCII. */
const PORTABLE: readonly (readonly [
  pattern: string,
  match: string,
  miss: string,
])[] = [
  ["b", "abc", "ac"],
  ["a.c", "abc", "a\nc"],
  ["^b$", "b", "b\n"],
  ["(?:foo|bar)baz", "barbaz", "baz"],
  ["^(a|b|)$", "", "c"],
  ["^ab*c+d?$", "accd", "ab"],
  ["^a{2}$", "aa", "a"],
  ["^a{2,}$", "aaa", "a"],
  ["^a{1,2}$", "aa", "aaa"],
  ["^a{0}b$", "b", "ab"],
  ["^a+?b*?c??d{1,2}?$", "ad", "b"],
  ["^[a-c]+$", "abc", "d"],
  ["^[^a-c]$", "\n", "b"],
  ["^[-a]+[a-]+$", "-a-", "b"],
  ["^[a-c-e]$", "-", "d"],
  ["^[\\]\\-\\\\^]+$", "]-\\^", "a"],
  ["^[\\w.]+@[\\d-]$", "a.b@-", "@"],
  ["^[,-.]+$", ",-.", "a"],
  ["^[\\--/]+$", "-./", ","],
  ["^\\.\\-\\/\\@\\_\\#\\'\\\"\\,\\`\\&\\%\\=$", ".-/@_#'\",`&%=", "a"],
  ["^\\n\\r\\t\\f\\v$", "\n\r\t\f\v", "nrtfv"],
  ["^\\x41\\u0042[\\x43]$", "ABC", "abc"],
  ["^(?=.*pro)x", "x pro", "x"],
  ["^(?!.*bot)x", "x", "x bot"],
  ["(?<year>\\d{4})", "in 2026", "in 26"],
  ["(?P<year>\\d{4})", "in 2026", "in 26"],
  ["(?i)chrome", "CHROME", "safari"],
  ["(?s)a.b", "a\nb", "ab"],
  ["(?m)^b$", "a\nb\nc", "ab"],
  ["(?ism)^B.C$", "a\nb\nc", "bc"],
  ["^\\d\\D\\s\\S\\w\\W$", "1a bc-", "aaaaaa"],
  ["\\bapi\\b", "/api/", "rapid"],
  ["^a\\Bb$", "ab", "a b"],
  ["^a}b]c$", "a}b]c", "abc"],
  ["^(?:ab)+(?:c.d){2}$", "ababcxdcyd", "abcxd"],
  ["^(?:a|b*)?$", "bb", "c"],
  ["", "", ""],
];

Deno.test("scanRegex() translates what means the same in both dialects (FLG-057)", () => {
  for (const [pattern, match, miss] of PORTABLE) {
    const { source, flags } = scanPortable(pattern);
    const expression = new RegExp(source, flags);
    assertEquals(expression.test(match), true, pattern);
    assertEquals(expression.test(miss), pattern === "", pattern);
  }
});

Deno.test("scanRegex() tells for which subjects the dialects agree (FLG-057)", () => {
  const cases: readonly (readonly [
    pattern: string,
    needsAscii: boolean,
    forbidsLineBreaks: boolean,
  ])[] = [
    ["é[^a]\\x41$", false, false],
    ["a.b", false, true],
    ["[.]\\.", false, false],
    ["(?s)a.b", false, false],
    ["(?m)^a", false, true],
    ["(?sm)a.", false, true],
    ["(?i)a", true, false],
    ...["\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\b", "\\B", "[^\\w]"].map((
      pattern,
    ) => [pattern, true, false] as const),
  ];
  for (const [pattern, needsAscii, forbidsLineBreaks] of cases) {
    const scan = scanPortable(pattern);
    assertEquals(scan.needsAscii, needsAscii, pattern);
    assertEquals(scan.forbidsLineBreaks, forbidsLineBreaks, pattern);
  }
});

Deno.test("isAffordable() draws the line where the estimate does (FLG-058)", () => {
  const cases: readonly (readonly [pattern: string, longest: number])[] = [
    // The examples of the specification.
    ["^.+@example\\.com$", 4096],
    [".*.*=", 158],
    // k, u and the choices.
    ["x", 4096],
    ["a*b", 2000],
    ["^a*a*b", 2000],
    ["a{2,}b", 2000],
    ["a?a*b", 1414],
    ["^a{0,3}a*(?:b|c)a*", 707],
    ["(?:a|b|c|d)a*", 1000],
    // `^` is for one alternative, and with the flag for each line.
    ["^a*|b", 1414],
    ["(?m)^a*b", 2000],
    ["(?s)^a*b", 4096],
    // A long way through it counts too.
    ["a*a{31}b", 984],
    // The server's limit.
    ["^(?=.*pro).*$", 100],
    ["(?=a)b*", 100],
    ["\\ba*", 100],
    ["(?=a)b", 4096],
    ["(?!a)b", 4096],
    ["(?!a)(?!b)(?!c)(?!d)e", 624],
    ["(?:(?=a)b|(?=c)d|(?=e)f|(?=g)h|(?=i)j)", 1999],
  ];
  for (const [pattern, longest] of cases) {
    const { shape } = scanPortable(pattern);
    let length = 4096;
    while (length > 0 && !isAffordable(shape, length)) length--;
    assertEquals(length, longest, pattern);
  }
});

Deno.test("scanRegex() ends with one of three for any text, and its source compiles (FLG-064)", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 3 }),
    fc.constantFrom(..."()[]{}|*+?^$.\\-&~,12aié"),
    fc.constantFrom("(?:", "(?=", "(?<n>", "(?i)", "{1,2}", "[^", "\\w"),
  );
  const pattern = fc.array(piece, { maxLength: 12 }).map((parts) =>
    parts.join("")
  );
  const property = fc.property(pattern, (text) => {
    const scan = scanRegex(text);
    if (scan.kind === "portable") new RegExp(scan.source, scan.flags);
  });
  fc.assert(property, { numRuns: 4000, seed: 57 });
});

Deno.test("scanRegex() reads hostile patterns at once (FLG-058)", () => {
  for (const part of ["(", "[", "(?<a", "{1", "a{1,2", "(?:a|", "[a-"]) {
    const scan = scanRegex(part.repeat(Math.floor(4096 / part.length)));
    assertEquals(scan.kind === "portable", false, part);
  }
});
