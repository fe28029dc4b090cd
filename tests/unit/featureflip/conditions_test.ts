import { assertEquals } from "@std/assert";
import { build, condition, flag, rule } from "./_world.ts";
import { evaluate, matches } from "./_evaluate.ts";

type Row = [
  value: unknown,
  operator: string,
  values: unknown,
  expected: boolean,
];

const OPERATORS = [
  "Equals",
  "NotEquals",
  "In",
  "NotIn",
  "Contains",
  "NotContains",
  "StartsWith",
  "EndsWith",
  "MatchesRegex",
  "GreaterThan",
  "GreaterThanOrEqual",
  "LessThan",
  "LessThanOrEqual",
  "Before",
  "After",
  "SemverEquals",
  "SemverGreaterThan",
  "SemverGreaterThanOrEqual",
  "SemverLessThan",
  "SemverLessThanOrEqual",
];

function check(rows: readonly Row[]): void {
  for (const [value, operator, values, expected] of rows) {
    const name = `${String(value)} ${operator} ${JSON.stringify(values)}`;
    assertEquals(matches(value, operator, values), expected, name);
    assertEquals(
      matches(value, operator, values, true),
      !expected,
      `not ${name}`,
    );
  }
}

const member = (email: string) => ({ email });

Deno.test("a rule of a segment asks its conditions by its logic, and not the rule's groups (FFL-082, FFL-083)", () => {
  const conditions = [
    condition("email", "EndsWith", ["@corp.example"]),
    condition("email", "StartsWith", ["admin"]),
  ];
  for (
    const [conditionLogic, email, expected] of [
      ["Or", "a@corp.example", true],
      ["And", "a@corp.example", false],
      ["And", "admin@corp.example", true],
      ["Or", "b@x", false],
    ] as const
  ) {
    const rules = [
      rule([condition("email", "Equals", ["never"])], { segmentKey: "s" }),
    ];
    const snapshot = build([flag("f", { rules })], [{
      key: "s",
      version: 1,
      conditionLogic,
      conditions,
    }]);
    assertEquals(
      evaluate(snapshot, member(email)).reason === "RuleMatch",
      expected,
    );
    assertEquals(
      evaluate({ ...snapshot, segments: [] }, member(email)).reason,
      "Fallthrough",
    );
  }
});

Deno.test("without a segment the groups decide: all of them, by their operators (FFL-084, FFL-085)", () => {
  const a = condition("a", "Equals", ["1"]);
  const b = condition("b", "Equals", ["1"]);
  for (const segmentKey of [null, undefined, ""]) {
    const conditionGroups = [{ operator: "Or", conditions: [a, b] }, {
      operator: "And",
      conditions: [
        condition("c", "Equals", ["1"]),
        condition("d", "Equals", ["1"]),
      ],
    }];
    const snapshot = build([
      flag("f", { rules: [rule([], { segmentKey, conditionGroups })] }),
    ]);
    for (
      const [context, expected] of [
        [{ a: 1, c: 1, d: 1 }, true],
        [{ b: 1, c: 1, d: 1 }, true],
        [{ c: 1, d: 1 }, false],
        [{ a: 1, b: 1, c: 1 }, false],
      ] as const
    ) {
      assertEquals(
        evaluate(snapshot, context).reason === "RuleMatch",
        expected,
      );
    }
  }
});

Deno.test("nothing to ask is a match (FFL-086)", () => {
  for (
    const conditionGroups of [[], [{ operator: "Or", conditions: [] }], [{
      operator: "And",
      conditions: [],
    }]]
  ) {
    assertEquals(
      evaluate(build([flag("f", { rules: [rule([], { conditionGroups })] })]))
        .reason,
      "RuleMatch",
    );
  }
  for (const conditionLogic of ["And", "Or"]) {
    const rules = [rule([], { segmentKey: "s" })];
    assertEquals(
      evaluate(
        build([flag("f", { rules })], [{
          key: "s",
          conditionLogic,
          conditions: [],
        }]),
      ).reason,
      "RuleMatch",
    );
  }
});

Deno.test("a missing attribute is the condition's negation (FFL-087)", () => {
  for (const operator of [...OPERATORS, "Unheard"]) {
    for (const value of [undefined, null, new Date(NaN)]) {
      assertEquals(matches(value, operator, ["x"]), false, operator);
      assertEquals(matches(value, operator, ["x"], true), true, operator);
    }
  }
});

Deno.test("userId and user_id stand for each other, exactly (FFL-089)", () => {
  const ask = (attribute: string, context: object) =>
    evaluate(
      build([
        flag("f", { rules: [rule([condition(attribute, "Equals", ["u"])])] }),
      ]),
      context as never,
    ).reason === "RuleMatch";
  const rows: [string, object, boolean][] = [
    ["userId", { user_id: "u" }, true],
    ["user_id", { userId: "u" }, true],
    ["userId", { userId: null, user_id: "u" }, true],
    ["userId", { userId: "x", user_id: "u" }, false],
    ["user_id", { userId: "u", user_id: "x" }, false],
    ["UserId", { user_id: "u" }, false],
    ["userId", { USER_ID: "u" }, false],
    ["id", { user_id: "u" }, false],
  ];
  for (const [attribute, context, expected] of rows) {
    assertEquals(
      ask(attribute, context),
      expected,
      `${attribute} ${JSON.stringify(context)}`,
    );
  }
});

Deno.test("an operator's name counts without case and underscores (FFL-090, FFL-088)", () => {
  check([
    ["a", "not_equals", ["b"], true],
    ["a", "NOTEQUALS", ["a"], false],
    ["Ab", "matches_regex", ["^ab$"], false],
    ["Ab", "matches_regex", ["^Ab$"], true],
    [7, "Not_In", ["7.0"], false],
    [7, "GREATER_THAN_OR_EQUAL", ["7"], true],
    ["1.2", "semver_greater_than", ["1.1"], true],
  ]);
});

Deno.test("an unknown operator lets nobody in, negated or not (FFL-091)", () => {
  for (
    const operator of [
      "Unheard",
      "notstartswith",
      "notmatchesregex",
      "semver",
      "semverbefore",
      "semvercontains",
      "constructor",
      "toString",
      "",
    ]
  ) {
    assertEquals(
      [matches("x", operator, ["x"]), matches("x", operator, ["x"], true)],
      [false, false],
      operator,
    );
  }
});

Deno.test("equality and membership ignore case, substrings too (FFL-092, FFL-093)", () => {
  check([
    ["US", "Equals", ["x", "us"], true],
    ["US", "In", ["SE", "us"], true],
    ["US", "In", ["SE"], false],
    ["US", "NotEquals", ["SE", "us"], false],
    ["US", "NotIn", ["SE", "NO"], true],
    ["Hello World", "Contains", ["xyz", "O W"], true],
    ["Hello", "NotContains", ["ELL"], false],
    ["Hello", "NotContains", ["x"], true],
    ["Hello", "StartsWith", ["x", "hE"], true],
    ["Hello", "EndsWith", ["LO"], true],
    ["Hello", "EndsWith", ["hell"], false],
    ["Hello", "Contains", [""], true],
    ["Hello", "StartsWith", [""], true],
    ["İ", "Equals", ["i̇"], true],
    [1234, "Contains", ["23"], true],
    [["a", "b"], "Equals", ["a,b"], true],
    [new Date(0), "StartsWith", ["1970-01-01t00"], true],
  ]);
});

Deno.test("no values: negative operators hold, others don't (FFL-094)", () => {
  for (const operator of OPERATORS) {
    assertEquals(
      matches("1", operator, []),
      operator.startsWith("Not"),
      operator,
    );
    assertEquals(
      matches("1", operator, undefined),
      operator.startsWith("Not"),
      operator,
    );
  }
});

Deno.test("numbers are compared as numbers where the attribute is one (FFL-095, FFL-096)", () => {
  check([
    [7, "Equals", ["7.0"], true],
    [7, "Equals", ["7e0"], true],
    [7, "In", ["x", " 7 "], true],
    [7, "NotEquals", ["x"], true],
    [7, "NotIn", ["07"], false],
    [7, "Equals", ["7px"], false],
    [255, "Equals", ["0xff"], false],
    ["7", "Equals", ["7.0"], false],
    ["7", "Equals", ["7"], true],
    [0.1, "In", [".1"], true],
    [7n, "Equals", ["7.0"], true],
    [true, "Equals", ["TRUE"], true],
    [true, "Equals", ["1"], false],
    [false, "In", ["false"], true],
    [NaN, "Equals", ["nan"], true],
    [7, "Equals", [7, null], true],
  ]);
});

Deno.test("relations hold for any value that is a number (FFL-097)", () => {
  check([
    [5, "GreaterThan", ["9", "4"], true],
    [5, "GreaterThan", ["5"], false],
    [5, "GreaterThanOrEqual", ["x", "5"], true],
    [5, "LessThan", ["x"], false],
    ["5", "LessThan", ["10"], true],
    ["10", "LessThan", ["9"], false],
    [5, "LessThanOrEqual", ["5.0"], true],
    ["abc", "GreaterThan", ["1"], false],
    [true, "GreaterThan", ["0"], false],
  ]);
});

Deno.test("a number has one grammar (FFL-098)", () => {
  for (
    const text of [
      "5px",
      "0x10",
      "Infinity",
      "-Infinity",
      "1_000",
      "",
      " ",
      "1e",
      ".",
      "+",
      "5 5",
      "5\u00a0",
      "１",
      "1e999",
      "NaN",
    ]
  ) {
    check([[text, "GreaterThan", ["-1"], false], [
      10,
      "GreaterThan",
      [text],
      false,
    ]]);
  }
  for (
    const text of [
      " 5 ",
      "+5",
      "5.",
      "5e0",
      "50e-1",
      "\t5\n",
      "\v5\f\r",
      "05",
      ".5e1",
    ]
  ) {
    check([[text, "GreaterThanOrEqual", ["5"], true], [5, "LessThanOrEqual", [
      text,
    ], true], [5, "Equals", [text], true]]);
  }
  check([
    [".5", "LessThan", ["1"], true],
    ["5e1", "GreaterThan", ["49"], true],
    ["-.5", "LessThan", ["0"], true],
  ]);
});

Deno.test("a long attribute that is no number is seen to be none at once (FFL-098)", () => {
  check([["1".repeat(200_000) + "x", "GreaterThan", ["1"], false], [
    " ".repeat(200_000) + "x",
    "Before",
    ["2025-01-01"],
    false,
  ]]);
});

Deno.test("patterns match anywhere, in their case; one that is none matches nothing (FFL-099, FFL-100)", () => {
  check([
    ["abc", "MatchesRegex", ["x", "b"], true],
    ["abc", "MatchesRegex", ["B"], false],
    ["abc", "MatchesRegex", ["^b"], false],
    ["abc", "MatchesRegex", ["(", "["], false],
    ["abc", "MatchesRegex", ["(", "c$"], true],
    ["ABC", "MatchesRegex", ["(?i)b"], true],
    ["a\nB", "MatchesRegex", ["(?im)^b$"], true],
    ["a\nb", "MatchesRegex", ["(?s)a.b"], true],
    ["a\nb", "MatchesRegex", ["a.b"], false],
    ["ABC", "MatchesRegex", ["(?x)b"], false],
    ["ABC", "MatchesRegex", ["a(?i)b"], false],
  ]);
});

Deno.test("versions are ordered by segments of any size, then by prereleases (FFL-101, FFL-102, FFL-104)", () => {
  check([
    ["1.2", "SemverEquals", ["v1.2.0+x"], true],
    ["V1.2.0", "SemverEquals", ["1.2"], true],
    ["1.10", "SemverGreaterThan", ["1.9"], true],
    ["2.0.0-rc.2", "SemverLessThan", ["2.0.0-rc.10"], true],
    ["2.0.0-rc.10", "SemverLessThan", ["2.0.0"], true],
    ["1.0.0-Z", "SemverLessThan", ["1.0.0-a"], true],
    ["1.0.0-Beta", "SemverGreaterThan", ["1.0.0-alpha"], false],
    ["1.0.0-1", "SemverLessThan", ["1.0.0-alpha"], true],
    ["1.0.0-a.b", "SemverGreaterThan", ["1.0.0-a"], true],
    ["1.0.0-a", "SemverGreaterThanOrEqual", ["1.0.0-a"], true],
    ["1.0.0-01", "SemverEquals", ["1.0.0-1"], true],
    [
      "99999999999999999999.1",
      "SemverGreaterThan",
      ["99999999999999999998.9"],
      true,
    ],
    ["1.2.3.4", "SemverGreaterThan", ["1.2.3"], true],
    [" 1.0 ", "SemverLessThanOrEqual", ["1.0.0"], true],
    ["1.0.0-a+b-c", "SemverEquals", ["1.0.0-a"], true],
    ["1.5.0", "SemverLessThan", ["x", "1.2", "2"], true],
    [2, "SemverEquals", ["2.0"], true],
  ]);
});

Deno.test("what is no version satisfies no comparison (FFL-103, FFL-104)", () => {
  for (
    const text of [
      "1.",
      "1.x",
      "1.0.0-",
      "1.0.0-a..b",
      "v",
      "",
      "vv1",
      ".1",
      "-1",
      "1 .0",
      "１.0",
    ]
  ) {
    for (
      const operator of OPERATORS.filter((name) => name.startsWith("Semver"))
    ) {
      check([[text, operator, ["1.0.0"], false], [
        "1.0.0",
        operator,
        [text],
        false,
      ]]);
    }
  }
});
