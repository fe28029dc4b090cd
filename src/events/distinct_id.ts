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

/**
 * Ids that stand for nobody, in lower case: PostHog stores their events without a person.
 *
 * Parity: the list of PostHog's capture service.
 */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  "0",
  "00000000-0000-0000-0000-000000000000",
  "[object object]",
  "anonymous",
  "anonymous-user",
  "backend",
  "distinct_id",
  "distinctid",
  "email",
  "false",
  "guest",
  "id",
  "nan",
  "none",
  "not_authenticated",
  "null",
  "system",
  "true",
  "undefined",
  "user",
]);

/** Whether PostHog takes the id for a placeholder, such as `null` or `anonymous`. */
export function isPlaceholderId(id: string): boolean {
  return PLACEHOLDERS.has(id.trim().toLowerCase());
}
