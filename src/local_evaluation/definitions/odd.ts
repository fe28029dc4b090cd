import { describeType, isRecord } from "../../core/guards.ts";
import type { UnreadableFilters } from "../evaluation/definitions.ts";

/** Ends the reading of what is odd: the server would refuse it too. */
export function expect(isFine: boolean, reason: string): asserts isFine {
  if (!isFine) throw new TypeError(reason);
}

/** What was read; where something about it is odd, nothing of it is used. */
export function readWhole<T>(read: () => T): T | UnreadableFilters {
  try {
    return read();
  } catch (error) {
    return { kind: "unreadable", reason: (error as Error).message };
  }
}

/** An object. */
export function toRecord(
  json: unknown,
  name: string,
): Readonly<Record<string, unknown>> {
  expect(
    isRecord(json),
    `${name}: expected an object, got ${describeType(json)}`,
  );
  return json;
}

/** A list that may be absent or null. */
export function toList(
  list: unknown,
  name: string,
): readonly unknown[] {
  expect(
    Array.isArray(list ?? []),
    `${name}: expected an array, got ${describeType(list)}`,
  );
  return (list ?? []) as readonly unknown[];
}
