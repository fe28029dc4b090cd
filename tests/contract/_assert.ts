/**
 * Assertions for the contract suite: it runs in sandboxes without `node:assert`, on which the other tests' ones stand.
 */
export function assertEquals(
  actual: unknown,
  expected: unknown,
  message = "Values are not equal",
): void {
  const [left, right] = [print(actual), print(expected)];
  if (left !== right) {
    throw new Error(`${message}\n  actual:   ${left}\n  expected: ${right}`);
  }
}

/** Fails unless the condition holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** JSON with sorted keys, in which undefined shows. */
function print(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === undefined) return "<undefined>";
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) {
      return inner;
    }
    return Object.fromEntries(
      Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1),
    );
  }) ?? "<undefined>";
}
