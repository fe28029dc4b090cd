import { isObject, isRecord, isText } from "../../core/guards.ts";
import { FilterNumber, toText } from "../evaluation/text.ts";

/**
 * The server's texts of numbers that JavaScript prints in another way, by their JSON pointers: null where the text is not
 * certain. The server compares numbers of filters as texts, keeping `5` and `5.0` apart, and `JSON.parse` loses that. Null
 * for all rules of a flag, or for a cohort: there is such a number in it, too far off to be told.
 */
export type NumberTexts = Readonly<Record<string, string | null>>;

/**
 * These two find numbers that the server may write in another way than JavaScript: sixteen digits and more, an exponent, a
 * fraction that is below 1e-5 or ends in 0, `-0`. They report too much, what looks like one inside of a text as well, and
 * never too little: JavaScript prints a number of fifteen digits as it is written, but for the zeros behind a fraction.
 *
 * Each begins with what is rare and looks up behind whether a number began there: engines skip to that, over digits only
 * where they are written out. None looks back further than a number may go, which would cost endless digits their square.
 */
const LONG_NUMBER =
  /[\d.][\d.][\d.][\d.][\d.][\d.][\d.][\d.][\d.]{8}(?<=[[,:]\s*-?[\d.]{16})/;
const ODD_NUMBER =
  /(?:\d(?:[eE][-+\d]|\.(?:0{5}|\d*0(?!\d)))|-0[^\d.])(?<=[[,:]\s*[-+.\deE]{1,18}[^]?)/;

/** What a JSON text is made of, but for white space and literals; of texts the beginning. */
const TOKEN = /["[\]{},:]|-?\d[\d.eE+-]*/g;

/** Where numbers are compared as texts. */
const FILTER_VALUE =
  /^\/(?:flags\/\d+\/filters\/groups\/\d+\/properties\/\d+|cohorts\/[^]+)\/value(?:\/|$)/;

/** A flag's rules, or a cohort. */
const RULES = /^\/(?:flags\/\d+\/filters|cohorts\/[^/]*)$/;

/** A guard for time: what lies deeper is nested too deeply for a filter. */
const MAX_DEPTH = 100;

/** A guard for time and memory: no filter's number has so long a pointer. */
const MAX_POINTER_LENGTH = 300;

/** In place of rules that nobody can read: they are known to be there, and nothing else. */
export const NO_RULES = "";

/** The index in each array around a value, and the key in each object. */
type Path = readonly (number | string)[];

/**
 * Finds the texts of the numbers in a document's filters that JavaScript prints in another way; undefined where there are
 * none. No more than two quick searches, in nearly every document.
 *
 * @param text Valid JSON.
 */
export function findNumberTexts(text: string): NumberTexts | undefined {
  if (!LONG_NUMBER.test(text) && !ODD_NUMBER.test(text)) return undefined;
  const texts: Record<string, string | null> = {};
  const path: (number | string)[] = [];
  // Where the text began and ended that was seen last: a key, if a colon follows.
  let start = 0;
  let end = 0;
  // What holds a number that is too far off, noted once however many there are.
  let farKey: number | string | undefined;
  for (let at = 0;;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) break;
    at = TOKEN.lastIndex;
    const last = path.length - 1;
    const place = path[last];
    if (token === "[") path.push(0);
    else if (token === "{") path.push("");
    else if (token === "]" || token === "}") path.pop();
    else if (token === ",") {
      if (typeof place === "number") path[last] = place + 1;
    } else if (token === '"') {
      start = at - 1;
      end = at = findTextEnd(text, at);
    } else if (token === ":") path[last] = JSON.parse(text.slice(start, end));
    else if (path.length <= MAX_DEPTH) {
      // The beginning of a longer key tells that it is none of the names that lead to a filter.
      const pointer = toPointer(path, MAX_POINTER_LENGTH);
      if (!FILTER_VALUE.test(pointer)) continue;
      if (pointer.length <= MAX_POINTER_LENGTH) {
        noteNumber(token, pointer, texts);
      } else if (path[1] !== farKey) {
        farKey = path[1];
        texts[toPointer(path.slice(0, path[0] === "flags" ? 3 : 2))] = null;
      }
    }
  }
  return Object.keys(texts).length > 0 ? texts : undefined;
}

/** Where a text ends that goes on at `at`. */
function findTextEnd(text: string, at: number): number {
  const stop = /["\\]/g;
  stop.lastIndex = at;
  while (stop.exec(text)?.[0] === "\\") stop.lastIndex++;
  return stop.lastIndex;
}

/** The JSON pointer of a path, with so many letters of each key. */
function toPointer(path: Path, maxKeyLength?: number): string {
  return path.map((step) =>
    `/${
      String(step).slice(0, maxKeyLength).replaceAll("~", "~0").replaceAll(
        "/",
        "~1",
      )
    }`
  ).join("");
}

function noteNumber(
  token: string,
  pointer: string,
  texts: Record<string, string | null>,
): void {
  const number = Number(token);
  const serverText = toServerText(token, number);
  // Of members with the same name the last one counts.
  if (serverText === toText(number)) delete texts[pointer];
  else texts[pointer] = serverText;
}

/** The server's text of a number literal; null where its formatting is not certain. */
function toServerText(source: string, value: number): string | null {
  // Longer ones are out of range whatever they say.
  if (/^(?!-0)-?\d{1,20}$/.test(source)) {
    const integer = BigInt(source);
    // The server keeps integers that 64 bits hold, with a sign or without.
    return integer >= -(2n ** 63n) && integer < 2n ** 64n ? source : null;
  }
  const size = Math.abs(value);
  if (/[eE]/.test(source) || size < 1e-5 || size >= 1e16) return null;
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Puts the texts to the numbers of a document that is nobody else's. What they do not fit is left as it is. */
export function applyNumberTexts(document: unknown, texts: unknown): void {
  for (const [pointer, text] of Object.entries(isRecord(texts) ? texts : {})) {
    const isWhole = RULES.test(pointer);
    if (!isWhole && !FILTER_VALUE.test(pointer)) continue;
    const path = pointer.slice(1).split("/").map((step) =>
      step.replaceAll("~1", "/").replaceAll("~0", "~")
    );
    const key = path.pop() ?? "";
    let holder = document;
    for (const step of path) holder = getMember(holder, step);
    const value = getMember(holder, key);
    if (isWhole ? value : typeof value === "number") {
      (holder as Record<string, unknown>)[key] = isWhole
        ? NO_RULES
        : new FilterNumber(value as number, isText(text) ? text : undefined);
    }
  }
}

function getMember(holder: unknown, key: string): unknown {
  return isObject(holder) && Object.hasOwn(holder, key)
    ? holder[key]
    : undefined;
}
