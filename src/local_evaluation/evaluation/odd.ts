import { describeType, isRecord } from "../../core/guards.ts";

/** A JSON object, of which nothing is known. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Ends the reading of what is odd: the server would refuse it too. */
export function expect(isFine: boolean, reason: string): asserts isFine {
  if (!isFine) throw new TypeError(reason);
}

/** Why a part of a document can't be used: what `expect` said, or that an application's own part threw. */
export function toReason(error: unknown): string {
  return error instanceof TypeError ? error.message : "unexpected failure";
}

/** An object. */
export function toRecord(json: unknown, name: string): JsonRecord {
  expect(
    isRecord(json),
    `${name}: expected an object, got ${describeType(json)}`,
  );
  return json;
}

/** A list that may be absent or null. */
export function toList(json: unknown, name: string): readonly unknown[] {
  const list = json ?? [];
  expect(
    Array.isArray(list),
    `${name}: expected an array, got ${describeType(json)}`,
  );
  return list;
}
