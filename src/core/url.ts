import { attempt } from "./guards.ts";

/** Parses an absolute URL; undefined where it is none. Not `URL.canParse`, which older runtimes lack. */
export function parseUrl(text: string): URL | undefined {
  return attempt(() => new URL(text));
}
