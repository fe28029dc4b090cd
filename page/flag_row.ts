import { isRecord } from "../src/core/guards.ts";

/** A row of flag definitions, of which the page knows a part; the rest stays as it is. */
export type FlagRow = Readonly<Record<string, unknown>>;

/** A member that is an object, or an empty one. */
export function readRecord(
  holder: FlagRow,
  name: string,
): Readonly<Record<string, unknown>> {
  const value = holder[name];
  return isRecord(value) ? value : {};
}

/** The objects of a member that is a list. */
export function readRecords(holder: FlagRow, name: string): FlagRow[] {
  const value = holder[name];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The key of a flag. */
export function keyOf(row: FlagRow): string {
  return String(row["key"]);
}

/** A flag of which the row says what everybody gets. */
export function isFixed(row: FlagRow): boolean {
  return Object.hasOwn(row, "value") && !Object.hasOwn(row, "filters");
}

/** Whether the flag is on; undefined where a switch has nothing to turn. */
export function isOn(row: FlagRow): boolean | undefined {
  if (!isFixed(row)) return row["active"] === true;
  const { value } = row;
  return typeof value === "boolean" ? value : undefined;
}

/** The row with its switch turned. */
export function turn(row: FlagRow, isTurnedOn: boolean): FlagRow {
  return isFixed(row)
    ? { ...row, value: isTurnedOn }
    : { ...row, active: isTurnedOn };
}

/** The conditions of a flag. */
export function readConditions(row: FlagRow): FlagRow[] {
  return readRecords(readRecord(row, "filters"), "groups");
}

/** The variants of a flag. */
export function readVariants(row: FlagRow): FlagRow[] {
  return readRecords(
    readRecord(readRecord(row, "filters"), "multivariate"),
    "variants",
  );
}
