import fc from "fast-check";

const throws = () => {
  throw new Error("no");
};

/** A proxy every question to which throws. */
function createRefusal(target: object): object {
  const traps = Object.getOwnPropertyNames(Reflect).map((
    name,
  ) => [name, throws]);
  return new Proxy(target, Object.fromEntries(traps));
}

function createRevoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const cycle: Record<string, unknown> = {};
cycle["self"] = cycle;

const rejected = Promise.reject(new Error("late"));
rejected.catch(() => {});

/** Values that resist being read, written out, or compared. */
export const HOSTILE: readonly unknown[] = [
  createRefusal({}),
  createRefusal([]),
  createRevoked({}),
  createRevoked([]),
  createRevoked(() => {}),
  cycle,
  rejected,
  { then: throws },
  {
    get then() {
      return throws();
    },
  },
  {
    get event() {
      return throws();
    },
    get distinctId() {
      return throws();
    },
    get properties() {
      return throws();
    },
    get waitUntil() {
      return throws();
    },
  },
  { toString: throws, valueOf: throws, toJSON: throws },
  { [Symbol.toPrimitive]: throws },
  { [Symbol.toStringTag]: "Date" },
  { [Symbol.toStringTag]: "Map" },
  {
    get length() {
      return throws();
    },
  },
  throws,
  () => rejected,
  Object.create(null),
  Symbol("s"),
  10n ** 30n,
  NaN,
  -1,
  Infinity,
  new Date(NaN),
  new Map([[{ toString: throws }, 1]]),
];

/** Hides a hostile value from the generator, which looks at what it makes. */
class Held {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  release(): unknown {
    return this.#value;
  }
}

/** Gives the values that the generators of this file stand for. */
export function release(value: unknown): unknown {
  if (value instanceof Held) return value.release();
  if (value instanceof HeldMessage) {
    return Object.fromEntries(
      Object.entries(value.members).map((
        [name, held],
      ) => [name, release(held)]),
    );
  }
  return value;
}

/** Anything, for {@linkcode release}: plain values of every kind, and hostile ones. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    maxDepth: 3,
  }),
  fc.nat(HOSTILE.length - 1).map((index) => new Held(HOSTILE[index])),
);

class HeldMessage {
  readonly members: Record<string, unknown>;

  constructor(members: Record<string, unknown>) {
    this.members = members;
  }
}

/** An object, for {@linkcode release}, in which each of these members may be anything. */
export function createMessage(
  names: readonly string[],
): fc.Arbitrary<HeldMessage> {
  const member = fc.oneof(anything, fc.constantFrom("paid", "user-1", "a"));
  return fc.record(
    Object.fromEntries(names.map((name) => [name, member])),
    { requiredKeys: [] },
  ).map((members) => new HeldMessage(members));
}
