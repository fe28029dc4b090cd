import { attempt } from "./guards.ts";

/** Parses a URL, absolute or from `base`; undefined where it is none. Not `URL.canParse`, which older runtimes lack. */
export function parseUrl(text: string, base?: string): URL | undefined {
  return attempt(() => new URL(text, base));
}
