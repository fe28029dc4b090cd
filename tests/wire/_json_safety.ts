const shared = { twice: true };
const cycle: Record<string, unknown> = {};
cycle["self"] = cycle;

function buildDeep(levels: number): unknown {
  let deep: unknown = "bottom";
  for (let level = 0; level < levels; level++) deep = [deep];
  return deep;
}

function buildError(): Error {
  const error = new TypeError("outer", { cause: "inner" });
  error.stack = "TypeError: outer\n    at checkout (shop.ts:1:2)";
  return error;
}

/** A property for each row of the JSON safety table. */
export function buildUnsafeProperties(): Record<string, unknown> {
  return {
    surrogate: "a\ud800b 😀",
    finite: [1.5, -0, true, null],
    numbers: [NaN, Infinity, -Infinity],
    absent: [undefined, () => 1, Symbol("s"), new WeakMap(), Promise.resolve()],
    omitted: { undefined, function: () => 1, kept: 1 },
    bigint: 9007199254740993n,
    boxed: [Object("s"), Object(1), Object(true), Object(2n)],
    date: new Date(0),
    invalidDate: new Date(NaN),
    timestampLike: "2025-01-02T08:34:05+05:30",
    bytes: new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4),
    clamped: new Uint8ClampedArray([255]),
    buffer: new Uint8Array([255]).buffer,
    view: new DataView(new Uint8Array([1, 2]).buffer, 1),
    floats: new Float32Array([0.5, NaN]),
    bigIntegers: new BigInt64Array([-1n]),
    map: new Map<unknown, unknown>([["a", 1], [2, "b"], ["a", 3]]),
    set: new Set(["b", "a"]),
    error: buildError(),
    pattern: /x+/gi,
    url: new URL("https://shop.example/cart"),
    throwingToJson: {
      toJSON() {
        throw new Error("no");
      },
    },
    throwingGetter: {
      before: 1,
      get bad(): number {
        throw new Error("no");
      },
    },
    prototypeKey: JSON.parse('{"__proto__":{"polluted":true}}'),
    shared: [shared, shared],
    cycle,
    deep: buildDeep(66),
  };
}
