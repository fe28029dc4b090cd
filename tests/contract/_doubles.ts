import { assert } from "./_assert.ts";

/** Replaces a method; the result takes that back. */
export type Replace = (
  object: object,
  name: string,
  double: unknown,
) => () => void;

/** How the field's tools replace a method, and how they take that back. */
export const WAYS: readonly (readonly [name: string, replace: Replace])[] = [
  ["assigned, and deleted or defined as before", (object, name, double) => {
    const own = Object.getOwnPropertyDescriptor(object, name);
    (object as Record<string, unknown>)[name] = double;
    return () => restore(object, name, own);
  }],
  ["assigned, and assigned back", (object, name, double) => {
    const record = object as Record<string, unknown>;
    const real = record[name];
    record[name] = double;
    return () => void (record[name] = real);
  }],
  ["defined, and deleted or defined as before", (object, name, value) => {
    const own = Object.getOwnPropertyDescriptor(object, name);
    Object.defineProperty(object, name, {
      value,
      configurable: true,
      writable: true,
      enumerable: own?.enumerable ?? false,
    });
    return () => restore(object, name, own);
  }],
];

function restore(
  object: object,
  name: string,
  own: PropertyDescriptor | undefined,
): void {
  if (own) Object.defineProperty(object, name, own);
  else assert(Reflect.deleteProperty(object, name), "can't be deleted");
}

/** A test double, and the objects that it was called on. */
export interface Double {
  readonly double: (this: unknown) => string;
  readonly receivers: readonly unknown[];
}

/** Makes a double that answers with its own name. */
export function createDouble(): Double {
  const receivers: unknown[] = [];
  function double(this: unknown): string {
    receivers.push(this);
    return "double";
  }
  return { double, receivers };
}
