import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  applyNumberTexts,
  findNumberTexts,
} from "../../src/local_evaluation/definitions/number_texts.ts";
import { toText } from "../../src/local_evaluation/evaluation/text.ts";

/** How the server writes a literal, by the rules of the specification; undefined where that is not certain. */
function writeAsServer(source: string, value: number): string | undefined {
  if (/^-?\d+$/.test(source)) {
    if (source === "-0") return undefined;
    const integer = BigInt(source);
    return integer >= -(2n ** 63n) && integer < 2n ** 64n ? source : undefined;
  }
  const size = Math.abs(value);
  if (/e/i.test(source) || size < 1e-5 || size >= 1e16) return undefined;
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

const digits = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom(..."0059123478"), { minLength, maxLength })
    .map((all) => all.join(""));
const integer = fc.oneof(
  fc.constant("0"),
  fc.tuple(fc.constantFrom(..."123456789"), digits(0, 21)).map((all) =>
    all.join("")
  ),
  fc.constantFrom("9007199254740992", "9007199254740993", "999999999999999"),
);
const LITERAL = fc.tuple(
  fc.constantFrom("", "", "-"),
  integer,
  fc.oneof(
    fc.constant(""),
    digits(1, 21).map((fraction) => `.${fraction}`),
    fc.constantFrom(".0", ".00001", ".000009", ".99999999999999999999"),
  ),
  fc.constantFrom("", "", "", "e0", "E+3", "e-7"),
).map((parts) => parts.join(""));

const TEXT = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom('5.0,"', "\\", '\\"', "a: 1e5", "/~", "value"),
).map((text) => JSON.stringify(text));
const SPACE = fc.constantFrom("", "", " ", "\n\t ");

/** A filter's value as JSON text, members of the same name included. */
const { value: VALUE } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(LITERAL, TEXT, fc.constantFrom("true", "null")),
    fc.tuple(SPACE, fc.array(tie("value"), { maxLength: 4 })).map((
      [space, items],
    ) => `[${space}${items.join(`${space},${space}`)}${space}]`),
    fc.tuple(
      SPACE,
      fc.array(
        fc.tuple(
          fc.oneof(TEXT, fc.constantFrom('"a"', '"value"')),
          tie("value"),
        ),
        { maxLength: 4 },
      ),
    ).map(([space, members]) =>
      `{${
        members.map(([key, member]) => `${key}${space}:${space}${member}`)
          .join(`${space},`)
      }}`
    ),
  ),
}));

/** What newer runtimes hand to a reviver. */
interface ReviverContext {
  readonly source?: string;
}

type Reviver = (
  this: object,
  key: string,
  value: unknown,
  context?: ReviverContext,
) => unknown;

Deno.test("numbers of filters keep the server's text, and the search misses none (FLD-030)", () => {
  let plain = 0;
  let odd = 0;
  const property = fc.property(VALUE, fc.boolean(), (value, isCohort) => {
    const text = isCohort
      ? `{"flags":[],"cohorts":{"a/b~\\n":{"type":"AND","values":[{"value":${value}}]}}}`
      : `{"flags":[{},{"filters":{"groups":[{"properties":[{"value":${value}}]}]}}]}`;
    const expected: (string | undefined)[] = [];
    const note: Reviver = (_key, number, context) => {
      if (typeof number === "number") {
        expected.push(writeAsServer(context?.source ?? "", number));
      }
      return number;
    };
    JSON.parse(text, note);
    const texts = findNumberTexts(text);
    if (texts) odd++;
    else plain++;
    const document = JSON.parse(text);
    applyNumberTexts(document, texts);
    const found: (string | undefined)[] = [];
    collect(document, found);
    assertEquals(found, expected);
  });
  fc.assert(property, { numRuns: 20_000 });
  assertEquals(plain > 1000 && odd > 1000, true, `${plain} and ${odd}`);
});

/** The texts of all numbers, in the order in which a reviver sees them. */
function collect(value: unknown, found: (string | undefined)[]): void {
  if (typeof value === "number") found.push(toText(value));
  else if (typeof value === "object" && value !== null) {
    if ("text" in value && value.constructor !== Object) {
      found.push(value.text as string | undefined);
    } else for (const member of Object.values(value)) collect(member, found);
  }
}
