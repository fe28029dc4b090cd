import { findOpening, parseLocation, splitNumber } from "./location.ts";

/** A frame as the engine told it, before the client's options change anything. */
export interface RawFrame {
  /** The function's name; `?` when unknown. */
  readonly name: string;
  /** The file: what ids of chunks and rules are looked up by. */
  readonly filename: string;
  /** From 1. */
  readonly line: number | undefined;
  /** From 1. */
  readonly column: number | undefined;
  /** Whether it is WebAssembly, whatever the file is called. */
  readonly isWasm: boolean;
}

/** Builds a frame of a function's name and a location, both as the engine wrote them. */
export function buildFrame(name: string, location: string): RawFrame {
  const { filename, line, column, wasmFunction } = parseLocation(location);
  const known = toFunctionName(name);
  return {
    name: known === "?" ? wasmFunction ?? known : known,
    filename,
    line,
    column,
    isWasm: wasmFunction !== undefined,
  };
}

/** Reads a line that began with `at `: V8's form, which Bun writes too. Every such line is a frame. */
export function parseV8Frame(text: string): RawFrame {
  const rest = text.startsWith("async ") ? text.slice(6) : text;
  const open = findLocation(rest);
  return open < 0
    ? buildFrame("", rest)
    : buildFrame(rest.slice(0, open), rest.slice(open + 1, -1));
}

/**
 * The parenthesis that encloses the location, or -1. Names and paths hold parentheses too, so neither the first nor
 * the last one will do.
 */
function findLocation(text: string): number {
  if (!text.endsWith(")")) return -1;
  const open = findOpening(text, text.length - 1);
  // A path may hold a lone parenthesis; a position at the end still tells that there is a location.
  return open < 0 && splitNumber(text.slice(0, -1)) !== undefined
    ? text.indexOf(" (") + 1 || -1
    : open;
}

/** Reads a line of JavaScriptCore or SpiderMonkey, `name@location`; undefined when it is something else. */
export function parseAtSignFrame(text: string): RawFrame | undefined {
  const at = text.indexOf("@");
  if (at >= 0) {
    const location = text.slice(at + 1);
    return isAtSignLocation(location)
      ? buildFrame(text.slice(0, at), location)
      : undefined;
  }
  const last = /\s/.test(text) ? undefined : splitNumber(text);
  return last !== undefined && splitNumber(last.rest) !== undefined
    ? buildFrame("", text)
    : undefined;
}

function isAtSignLocation(text: string): boolean {
  return text === "" || splitNumber(text) !== undefined ||
    (text.startsWith("[") && text.endsWith("]")) ||
    text.includes(":wasm-function[");
}

function toFunctionName(text: string): string {
  const alias = text.endsWith("]") || text.endsWith("] ")
    ? text.lastIndexOf(" [as ")
    : -1;
  const name = (alias < 0 ? text : text.slice(0, alias)).trim();
  if (name === "") return "?";
  return name.endsWith("<anonymous>") ? `${name.slice(0, -11)}?` : name;
}
