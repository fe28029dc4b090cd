import type { NumberTexts } from "./filter_value.ts";

/** A JSON text, read together with the spelling of its numbers. */
export interface ParsedJson {
  /** The value. */
  readonly json: unknown;
  /** How its numbers are spelled; knows nothing where the runtime does not tell. */
  readonly numberTexts: NumberTexts;
}

/** What newer runtimes hand to a reviver: the source text of a primitive. */
interface ReviverContext {
  readonly source?: string;
}

/**
 * Parses JSON, noting how its numbers are spelled: the server compares numbers of filters as text, keeping `5`
 * and `5.0` apart, and `JSON.parse` alone loses that. Undefined when the text is no JSON.
 */
export function parseJsonText(text: string): ParsedJson | undefined {
  const spelled = new Map<object, Map<string, string | null>>();
  const revive = function (
    this: object,
    key: string,
    value: unknown,
    context?: ReviverContext,
  ) {
    if (typeof value === "number" && context?.source !== undefined) {
      const members = spelled.get(this) ?? new Map<string, string | null>();
      spelled.set(this, members.set(key, toServerText(context.source, value)));
    }
    return value;
  };
  let json: unknown;
  try {
    json = JSON.parse(text, revive);
  } catch {
    return undefined;
  }
  return { json, numberTexts: (holder, key) => spelled.get(holder)?.get(key) };
}

/** The largest and smallest integers that the server keeps as integers. */
const MAX_INTEGER = 2n ** 64n - 1n;
const MIN_INTEGER = -(2n ** 63n);

/** The server's text of a number literal; null where its formatting is not certain. */
function toServerText(source: string, value: number): string | null {
  if (/^-?\d+$/.test(source)) {
    if (source === "-0" || source.length > 20) return null;
    const integer = BigInt(source);
    return integer <= MAX_INTEGER && integer >= MIN_INTEGER ? source : null;
  }
  const size = Math.abs(value);
  if (/[eE]/.test(source) || size < 1e-5 || size >= 1e16) return null;
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
