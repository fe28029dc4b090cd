/** No JSON has a member of this name: whoever has it is a rule, and no row. */
export const DEPTH: unique symbol = Symbol("depth");

/** Deeper than anything may nest. No Infinity: a number that is not small takes an object of its own in every rule. */
export const TOO_DEEP: number = 1e6;

/** What a row becomes. */
export interface Nesting {
  /**
   * How deep what it needs nests: 0 for what needs nothing, else one more than the deepest. `TOO_DEEP` for what leads into a
   * loop, or nests too deep, wherever one begins to look, which is why that is not found out during an evaluation.
   */
  [DEPTH]: number;
}

/** Compiles a row; total. The keys of the rows that it needs are added to `needs`. */
export type CompileRow<Rule> = (
  key: string,
  row: unknown,
  index: number,
  needs: string[],
) => Rule;

/** A rule of which the depth is still open, with the keys of what it needs. */
type Open<Rule> = readonly [rule: Rule, needs: readonly string[]];

/** The rows of a document by key. Each becomes a rule when it is first asked for, together with all that it needs. */
export class RuleTable<Rule extends Nesting> {
  /** A rule takes the place of its row. */
  readonly #rows: Map<string, unknown>;
  readonly #compile: CompileRow<Rule>;
  readonly #maxDepth: number;
  #all: readonly Rule[] | undefined;
  #levels = 1;
  #loopLevels = 0;
  #compiledCount = 0;

  /** Compiles nothing yet. */
  constructor(
    rows: Map<string, unknown>,
    compile: CompileRow<Rule>,
    maxDepth: number,
  ) {
    this.#rows = rows;
    this.#compile = compile;
    this.#maxDepth = maxDepth;
  }

  /** How many rows there are. */
  get size(): number {
    return this.#rows.size;
  }

  /** How many of them were compiled. */
  get compiledCount(): number {
    return this.#compiledCount;
  }

  /** The levels of rules that may have to wait for each other. One without a depth may rest on the deepest. */
  get levels(): number {
    return this.#levels + this.#loopLevels;
  }

  /** Whether there is such a row. */
  has(key: string): boolean {
    return this.#rows.has(key);
  }

  /** The keys of all rows, in their order. */
  keys(): readonly string[] {
    return [...this.#rows.keys()];
  }

  /** The rule of that key. */
  get(key: string): Rule | undefined {
    if (!this.#find(key)) this.#prepare([key]);
    return this.#find(key);
  }

  /** The rules of these keys, each once; without keys all of them, in the order of their rows. */
  select(keys: readonly string[] | undefined): readonly Rule[] {
    if (!keys) return this.#all ??= this.select(this.keys());
    const unique = [...new Set(keys)];
    this.#prepare(unique);
    return unique.flatMap((key) => this.#find(key) ?? []);
  }

  #find(key: string): Rule | undefined {
    const rule = this.#rows.get(key) as Rule | undefined | null;
    return rule?.[DEPTH] === undefined ? undefined : rule;
  }

  /** In no depth of the stack, however deep needs nest. */
  #prepare(keys: readonly string[]): void {
    const keysToCompile = [...keys];
    const open: Open<Rule>[] = [];
    for (const key of keysToCompile) {
      const row = this.#rows.get(key);
      if (row === undefined || this.#find(key)) continue;
      const needs: string[] = [];
      const rule = this.#compile(key, row, this.#compiledCount++, needs);
      this.#rows.set(key, rule);
      open.push([rule, needs]);
      for (const need of needs) keysToCompile.push(need);
    }
    // What is needed comes behind what needs it: from the end, one look at each is nearly always enough.
    this.#measure(open.reverse());
  }

  #measure(rules: readonly Open<Rule>[]): void {
    let open = rules;
    let count: number;
    do {
      count = open.length;
      open = open.filter(([rule, needs]) => {
        let depth = 0;
        for (const need of needs) {
          depth = Math.max(depth, 1 + (this.#find(need)?.[DEPTH] ?? -1));
        }
        if (depth > this.#maxDepth) return true;
        rule[DEPTH] = depth;
        this.#levels = Math.max(this.#levels, depth + 1);
        return false;
      });
    } while (open.length > 0 && open.length < count);
    if (open.length > 0) this.#loopLevels = 1;
  }
}
