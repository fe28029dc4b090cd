import { attempt } from "../../core/guards.ts";
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
export function parseJsonText(
  text: string | undefined,
): ParsedJson | undefined {
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
  const json: unknown = attempt(() => JSON.parse(text ?? "", revive));
  return json === undefined ? undefined : {
    json,
    numberTexts: (holder, key) => spelled.get(holder)?.get(key),
  };
}

/** The server's text of a number literal; null where its formatting is not certain. */
function toServerText(source: string, value: number): string | null {
  if (/^-?\d+$/.test(source)) {
    if (source === "-0" || source.length > 20) return null;
    const integer = BigInt(source);
    // The server keeps integers that 64 bits hold, with a sign or without.
    return BigInt.asUintN(64, integer) === integer ||
        BigInt.asIntN(64, integer) === integer
      ? source
      : null;
  }
  const size = Math.abs(value);
  if (/[eE]/.test(source) || size < 1e-5 || size >= 1e16) return null;
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
