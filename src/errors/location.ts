import { attempt } from "../core/guards.ts";

/** The file name of what the engine is made of. */
export const NATIVE = "[native code]";

/** The file name of the promise combinators: they wait for the frame above them. */
export const PROMISE = "node:internal/promise";

/** A place in a file. */
export interface Location {
  /** The file, without `file://`: what ids of chunks and rules are looked up by. */
  readonly filename: string;
  /** From 1. */
  readonly line?: number | undefined;
  /** From 1. */
  readonly column?: number | undefined;
  /** Set for WebAssembly, whatever the file is called: what to call a function without a name. */
  readonly wasmFunction?: string;
}

/** How engines write what they are made of. */
const NATIVE_PLACE = /^(?:native:.*|\[.*\]|native|unknown|<anonymous>)?$/s;

/** `X:wasm-function[N]:0xOFFSET`; JavaScriptCore knows neither module nor offset. */
const WASM = /^(.*):(wasm-function\[[^:]*)(?::(0x[^:]*))?/s;

/** SpiderMonkey: `x.js line 7 > eval line 1 > eval:1:7`. */
const NESTED_EVAL = /^(.*?) line (\d+) > (?:eval|Function)/s;

/** One number is a line, two are line and column. */
const POSITION = /(?::(\d+))?:(\d+)$/;

/** Reads the location of a frame as an engine wrote it. */
export function parseLocation(text: string): Location {
  // The rest of a data URL is source text, in which anything may stand.
  if (text.startsWith("data:")) return parsePosition(text);
  const place = findEvalCaller(text).replace(", <anonymous>:", ":");
  if (place.startsWith("index ")) return { filename: PROMISE };
  if (NATIVE_PLACE.test(place)) return { filename: NATIVE };
  const [, module, wasmFunction, offset] = WASM.exec(place) ?? [];
  if (wasmFunction) {
    const column = toPosition(Number(offset));
    return {
      filename: module && module !== "<?>" ? toFile(module) : "wasm://wasm",
      line: column && 1,
      column,
      wasmFunction,
    };
  }
  const [, caller, digits] = NESTED_EVAL.exec(place) ?? [];
  const line = toPosition(Number(digits));
  return caller !== undefined && line
    ? { filename: toFile(caller), line }
    : parsePosition(place);
}

function parsePosition(place: string): Location {
  const [position = "", first, last] = POSITION.exec(place) ?? [];
  const filename = toFile(place.slice(0, place.length - position.length));
  return filename === NATIVE ? { filename } : {
    filename,
    line: toPosition(Number(first ?? last)),
    column: toPosition(first && Number(last)),
  };
}

/** The processor reads positions as unsigned 32-bit integers and subtracts 1: anything else loses the event. */
export function toPosition(value: unknown): number | undefined {
  return typeof value === "number" && value >>> 0 === value && value > 0
    ? value
    : undefined;
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

/** The file of a location without its position. */
export function toFile(text: string): string {
  if (text.startsWith("data:")) return text.replace(/,.*/s, "");
  const path = text.replace(/^file:\/\//, "");
  // Deno writes the path as it is, and a bare % is nothing encoded.
  const file = path === text
    ? text
    : attempt(() => decodeURIComponent(path)) ?? path;
  return file.replace(/^\/(?=[a-z]:[\\/])/i, "") || NATIVE;
}
