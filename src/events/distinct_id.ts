import { isNonBlank } from "../core/guards.ts";

/** What a caller gave as identity: an id, nothing, or something that is no id. */
export type IdReading =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "missing" }
  | { readonly kind: "unusable" };

/** Reads an id: numbers become text, blank counts as missing, nothing is trimmed or cut. */
export function parseDistinctId(value: unknown): IdReading {
  switch (typeof value) {
    case "number":
    case "bigint":
      return { kind: "id", id: String(value) };
    case "string":
      return isNonBlank(value)
        ? { kind: "id", id: value }
        : { kind: "missing" };
    default:
      return value === undefined || value === null
        ? { kind: "missing" }
        : { kind: "unusable" };
  }
}
