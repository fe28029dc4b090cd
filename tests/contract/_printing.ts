import type { ContractLibrary } from "./_runner.ts";

/** As deep as a debugger's printer is asked to go. */
const MAX_DEPTH = 10;

/**
 * Everything that printing a value could show: as JSON, as the runtime's own printer shows it, and every text that
 * reflection finds in it.
 */
export function printAll(lib: ContractLibrary, value: unknown): string {
  return [
    JSON.stringify(value),
    String(value),
    lib.inspect?.(value),
    ...reflect(value),
  ].join("\n");
}

/** The names and texts in own members of every kind, hidden and symbolic ones too, and in those of prototypes. */
function reflect(root: unknown): Set<string> {
  const texts = new Set<string>();
  const seen = new Set<unknown>();
  const visit = (value: unknown, depth: number) => {
    if (typeof value !== "object" && typeof value !== "function") {
      return void texts.add(String(value));
    }
    if (value === null || depth > MAX_DEPTH || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Map || value instanceof Set) {
      for (const entry of value.entries()) visit(entry, depth + 1);
    }
    for (const key of Reflect.ownKeys(value)) {
      texts.add(String(key));
      // An accessor is code, not what it would answer: a printer calls none.
      visit(Reflect.getOwnPropertyDescriptor(value, key)?.value, depth + 1);
    }
    visit(Reflect.getPrototypeOf(value), depth + 1);
  };
  visit(root, 0);
  return texts;
}
