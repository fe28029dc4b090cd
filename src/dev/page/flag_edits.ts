import { getOwn, isNonBlank, isRecord } from "../../core/guards.ts";
import type { EmulatorFlagDefinitions } from "../types.ts";

/** Definitions after an edit, or why there are none. */
export type EditedFlags =
  | { readonly kind: "edited"; readonly definitions: EmulatorFlagDefinitions }
  | { readonly kind: "refused"; readonly reason: string };

/** Adds, replaces or removes one flag; its version grows as in PostHog. */
export function editFlag(
  definitions: EmulatorFlagDefinitions,
  edit: unknown,
): EditedFlags {
  if (!isRecord(edit)) return refuse("The edit is not an object");
  const key = getOwn(edit, "key");
  const row = getOwn(edit, "row");
  const { flags } = definitions;
  const at = flags.findLastIndex((flag) => keyOf(flag) === key);
  if (key !== undefined && at < 0) return refuse("There is no such flag");
  if (row === undefined) {
    return key === undefined
      ? refuse("The edit names no flag")
      : replace(definitions, flags.filter((_, index) => index !== at));
  }
  if (!isRecord(row)) return refuse("A flag is an object");
  const newKey = getOwn(row, "key");
  if (!isNonBlank(newKey)) return refuse("A flag needs a key");
  if (newKey !== key && flags.some((flag) => keyOf(flag) === newKey)) {
    return refuse("There is a flag of that key already");
  }
  const old = flags[at];
  const version = Number(old && getOwn(old, "version")) || 0;
  const next = { id: nextId(flags), ...row, version: version + 1 };
  return replace(
    definitions,
    old ? flags.with(at, next) : [...flags, next],
  );
}

function replace(
  definitions: EmulatorFlagDefinitions,
  flags: readonly object[],
): EditedFlags {
  return { kind: "edited", definitions: { ...definitions, flags } };
}

function refuse(reason: string): EditedFlags {
  return { kind: "refused", reason };
}

function keyOf(flag: object): unknown {
  return getOwn(flag, "key");
}

function nextId(flags: readonly object[]): number {
  return flags.reduce(
    (id, flag) => Math.max(id, Number(getOwn(flag, "id")) || 0),
    0,
  ) + 1;
}
