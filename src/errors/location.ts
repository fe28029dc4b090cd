/** The file name of what the engine is made of. */
export const NATIVE = "[native code]";

/** The file name of the promise combinators: they wait for the frame above them. */
export const PROMISE = "node:internal/promise";

/** A place in a file. */
export interface Location {
  /** The file, without `file://`. */
  readonly filename: string;
  /** From 1. */
  readonly line?: number | undefined;
  /** From 1. */
  readonly column?: number | undefined;
  /** Set for WebAssembly: what to call a function without a name. */
  readonly wasmFunction?: string;
}

/** Reads the location of a frame as an engine wrote it. */
export function parseLocation(text: string): Location {
  // The rest of a data URL is source text, in which anything may stand.
  if (text.startsWith("data:")) return parsePosition(text);
  const place = findEvalCaller(text).replace(", <anonymous>:", ":");
  if (place.startsWith("index ")) return { filename: PROMISE };
  if (isNative(place)) return { filename: NATIVE };
  return parseWasm(place) ?? parseNestedEval(place) ?? parsePosition(place);
}

/** The index of the parenthesis that the one at `close` balances, if it begins a word; -1 otherwise. */
export function findOpening(text: string, close: number): number {
  for (let index = close, depth = 0; index >= 0; index--) {
    if (text[index] === ")") depth++;
    else if (text[index] === "(" && --depth === 0) {
      return index === 0 || text[index - 1] === " " ? index : -1;
    }
  }
  return -1;
}

/** Takes `:digits` off the end; undefined where there are none. */
export function splitNumber(
  text: string,
): { readonly rest: string; readonly number: number | undefined } | undefined {
  let start = text.length;
  while (start > 0 && isDigit(text.charCodeAt(start - 1))) start--;
  if (start === text.length || text[start - 1] !== ":") return undefined;
  return {
    rest: text.slice(0, start - 1),
    number: toPosition(Number(text.slice(start))),
  };
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

/** The processor reads positions as unsigned 32-bit integers and subtracts 1: anything else loses the event. */
export function toPosition(number: unknown): number | undefined {
  return Number.isInteger(number) && Number(number) > 0 &&
      Number(number) <= 0xffff_ffff
    ? Number(number)
    : undefined;
}

/** V8 says where evaluated code is by where `eval` was called, in parentheses, any number of times. */
function findEvalCaller(text: string): string {
  let place = text;
  while (place.startsWith("eval at ")) {
    const close = place.endsWith(")")
      ? place.length - 1
      : place.lastIndexOf("), ");
    const open = findOpening(place, close);
    // Garbled: no file at all is better than one that is named by a sentence.
    if (open < 0) return "";
    place = place.slice(open + 1, close);
  }
  return place;
}

function isNative(place: string): boolean {
  return place === "" || place === "native" || place === "unknown" ||
    place === "<anonymous>" || place.startsWith("native:") ||
    (place.startsWith("[") && place.endsWith("]"));
}

/** `X:wasm-function[N]:0xOFFSET`; JavaScriptCore knows neither module nor offset. */
function parseWasm(place: string): Location | undefined {
  const marker = place.lastIndexOf(":wasm-function[");
  if (marker < 0) return undefined;
  const [wasmFunction = "", offset = ""] = place.slice(marker + 1).split(":");
  const module = place.slice(0, marker);
  const column = offset.startsWith("0x") ? toPosition(Number(offset)) : 0;
  return {
    filename: module === "" || module === "<?>"
      ? "wasm://wasm"
      : toFile(module),
    ...(column && { line: 1, column }),
    wasmFunction,
  };
}

/** SpiderMonkey: `x.js line 7 > eval line 1 > eval:1:7`. */
function parseNestedEval(place: string): Location | undefined {
  const ends = [place.indexOf(" > eval"), place.indexOf(" > Function")]
    .filter((index) => index >= 0);
  if (ends.length === 0) return undefined;
  const caller = place.slice(0, Math.min(...ends));
  const marker = caller.lastIndexOf(" line ");
  const line = toPosition(Number(caller.slice(marker + 6)));
  return marker < 0 || line === undefined
    ? undefined
    : { filename: toFile(caller.slice(0, marker)), line };
}

function parsePosition(place: string): Location {
  const last = splitNumber(place);
  if (last === undefined) return { filename: toFile(place) };
  const first = splitNumber(last.rest);
  const filename = toFile((first ?? last).rest);
  if (filename === NATIVE) return { filename };
  return first === undefined
    ? { filename, line: last.number }
    : { filename, line: first.number, column: last.number };
}

/** The file of a location without its position. */
export function toFile(text: string): string {
  if (text.startsWith("data:")) return text.split(",", 1)[0] ?? text;
  let file = text;
  if (text.startsWith("file://")) {
    file = text.slice(7);
    try {
      file = decodeURIComponent(file);
    } catch {
      // Deno writes the path as it is, and a bare % is nothing encoded.
    }
  }
  if (/^\/[a-z]:[\\/]/i.test(file)) file = file.slice(1);
  return file || NATIVE;
}
