import { findOpening, type Location, parseLocation } from "./location.ts";

/** A frame as the engine told it, before the client's options change anything. */
export interface RawFrame extends Location {
  /** The function's name; `?` when unknown. */
  readonly name: string;
}

/** Builds a frame of a function's name and a location, both as the engine wrote them. */
export function buildFrame(text: string, location: string): RawFrame {
  const place = parseLocation(location);
  const [, known = text] = /^(.*) \[as .*\] ?$/s.exec(text) ?? [];
  const name = known.trim().replace(/^$|<anonymous>$/, "?");
  return { ...place, name: name === "?" && place.wasmFunction || name };
}

/** Reads a line that began with `at `: V8's form, which Bun writes too. Every such line is a frame. */
export function parseV8Frame(text: string): RawFrame {
  const rest = text.replace(/^async /, "");
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
  return open < 0 && /:\d+\)$/.test(text) ? text.indexOf(" (") + 1 || -1 : open;
}

/** Reads a line of JavaScriptCore or SpiderMonkey, `name@location`; undefined when it is something else. */
export function parseAtSignFrame(text: string): RawFrame | undefined {
  const at = text.indexOf("@");
  const location = text.slice(at + 1);
  const isLocation = at < 0
    ? /^\S*:\d+:\d+$/
    : /^$|:\d+$|^\[.*\]$|:wasm-function\[/s;
  return isLocation.test(location)
    ? buildFrame(at < 0 ? "" : text.slice(0, at), location)
    : undefined;
}
