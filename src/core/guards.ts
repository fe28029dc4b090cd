/** Whether the value is an object that can have members (not null, not a function). */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Whether the object is as a literal makes it: of `Object` itself, or of nothing. May throw on a hostile proxy. */
export function hasPlainPrototype(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether the value is a record: an object that is neither an array nor an instance of a built-in container. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  try {
    return isObject(value) &&
      (hasPlainPrototype(value) ||
        Object.prototype.toString.call(value) === "[object Object]");
  } catch {
    // A revoked proxy refuses even this question.
    return false;
  }
}

/** What the function answers; undefined where a hostile value makes it throw. */
export function attempt<Value>(look: () => Value): Value | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Whether all members can be read, those of its class too: no getter throws, and no proxy refuses. */
export function isReadable(value: unknown): boolean {
  return attempt(() => {
    let holder = isObject(value) ? value : null;
    for (; holder; holder = Object.getPrototypeOf(holder)) {
      for (const key of Reflect.ownKeys(holder)) {
        Reflect.get(Object(value), key);
      }
    }
    return true;
  }) ?? false;
}

/** Whether the value is a string. */
export function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Whether the value is a string with something other than white space in it. */
export function isNonBlank(value: unknown): value is string {
  return typeof value === "string" && /\S/.test(value);
}

/** Reads an id, well-formed: numbers become text, blank counts as missing, nothing is trimmed or cut. Undefined for all else. */
export function toId(value: unknown): string | undefined {
  const id = isFiniteNumber(value) || typeof value === "bigint"
    ? String(value)
    : value;
  return isNonBlank(id) ? id.toWellFormed() : undefined;
}

/** Whether the value is a number other than NaN and the infinities. */
export function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/** A positive number, or else the fallback. */
export function toPositive(value: unknown, fallback: number): number {
  return isFiniteNumber(value) && value > 0 ? value : fallback;
}

/** A longer list of a caller's is cut. */
const MAX_MEMBERS = 10_000;

/** The members of a list, or of anything else that can be iterated, 10,000 at most; undefined where there is no way to. */
export function readMembers(given: unknown): unknown[] | undefined {
  return attempt(() => {
    const members: unknown[] = [];
    for (const member of given as Iterable<unknown>) {
      if (members.push(member) >= MAX_MEMBERS) break;
    }
    return members;
  });
}

/** The members of an array, as {@linkcode readMembers} reads them; undefined for all else. Throws at a revoked proxy. */
export function readList(given: unknown): unknown[] | undefined {
  return Array.isArray(given) ? readMembers(given) ?? [] : undefined;
}

/** Whether the value has a callable `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then ===
    "function";
}

/** Reads an own property; names such as `toString` or `__proto__` are ordinary data here. */
export function getOwn(object: object, key: string): unknown {
  return Object.hasOwn(object, key)
    ? (object as Record<string, unknown>)[key]
    : undefined;
}

/** Sets an own data property, `__proto__` included, without touching any prototype. */
export function setOwn(
  object: object,
  key: PropertyKey,
  value: unknown,
): void {
  if (key === "__proto__") defineOwn(object, key, value);
  else (object as Record<PropertyKey, unknown>)[key] = value;
}

/** Makes an own data property as an assignment does, where an assignment would reach a setter. */
export function defineOwn(
  object: object,
  key: PropertyKey,
  value: unknown,
): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** The type of a value in words, for messages: never the value itself. */
export function describeType(value: unknown): string {
  if (value === null) return "null";
  // A revoked proxy refuses even this question.
  return attempt(() => Array.isArray(value)) ? "array" : typeof value;
}
