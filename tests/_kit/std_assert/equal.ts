type Seen = Map<unknown, unknown>;

/**
 * Deep equality as `@std/assert` has it: `NaN` equals `NaN`, `0` equals `-0`, an absent property differs
 * from an undefined one, and objects of different classes differ.
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

function compare(a: unknown, b: unknown, seen: Seen): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (
    typeof a !== "object" || typeof b !== "object" || a === null || b === null
  ) return false;
  if (!sameClass(a, b)) return false;
  if (a instanceof Date && b instanceof Date) {
    return Object.is(a.getTime(), b.getTime());
  }
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError("Cannot compare weak collections");
  }
  if (a instanceof WeakRef && b instanceof WeakRef) {
    return compare(a.deref(), b.deref(), seen);
  }
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (isBytes(a) && isBytes(b)) return sameBytes(a, b);
  if (a instanceof Map && b instanceof Map) {
    return sameEntries([...a], [...b], seen);
  }
  if (a instanceof Set && b instanceof Set) {
    return sameEntries([...a], [...b], seen);
  }
  return sameProperties(a, b, seen);
}

function sameClass(a: object, b: object): boolean {
  const left = a.constructor;
  const right = b.constructor;
  return left === right || (left === Object && !right) ||
    (!left && right === Object);
}

function isBytes(value: object): value is ArrayBuffer | Uint8Array {
  return value instanceof ArrayBuffer || value instanceof Uint8Array;
}

function sameBytes(
  a: ArrayBuffer | Uint8Array,
  b: ArrayBuffer | Uint8Array,
): boolean {
  const left = new Uint8Array(a);
  const right = new Uint8Array(b);
  return left.length === right.length &&
    left.every((byte, at) => byte === right[at]);
}

function sameEntries(a: unknown[], b: unknown[], seen: Seen): boolean {
  if (a.length !== b.length) return false;
  const rest = [...b];
  return a.every((entry) => {
    // A pair that turns out different must not be remembered as equal, so each try has its own memory.
    const at = rest.findIndex((other) => compare(entry, other, new Map(seen)));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
}

function sameProperties(a: object, b: object, seen: Seen): boolean {
  const left = ownKeys(a);
  if (left.length !== ownKeys(b).length) return false;
  return left.every((key) =>
    key in b && compare(Reflect.get(a, key), Reflect.get(b, key), seen)
  );
}

function ownKeys(value: object): (string | symbol)[] {
  const keys: (string | symbol)[] = value instanceof Error ? ["message"] : [];
  for (const key of Reflect.ownKeys(value)) {
    if (Object.prototype.propertyIsEnumerable.call(value, key)) keys.push(key);
  }
  return keys;
}
