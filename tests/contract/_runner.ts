/** How a contract file adds its tests. Every runtime's starter hands one in. */
export interface ContractRunner {
  /** Adds a test; it passes unless `fn` throws or rejects. */
  test(name: string, fn: () => Promise<void> | void): void;
}

/** The library as that runtime loads it: the sources, a bundle of them, or the packed npm package. */
export interface ContractLibrary {
  readonly edgehog: typeof import("edgehog");
  readonly dev: typeof import("edgehog/dev");
  readonly testing: typeof import("edgehog/testing");
  readonly client: typeof import("edgehog/client");
  readonly featureFlags: typeof import("edgehog/feature-flags");
  readonly localEvaluation: typeof import("edgehog/local-evaluation");
  readonly errorTracking: typeof import("edgehog/error-tracking");
  readonly openFeature: typeof import("edgehog/openfeature");
  readonly featureflip: typeof import("edgehog/featureflip");
  /** The text of the file that a stack frame names; undefined where there is none. */
  readonly readSource: (filename: string) => string | undefined;
  /** Shows everything of a value that the runtime's own printer can, hidden members too; absent where there is none. */
  readonly inspect?: ((value: unknown) => string) | undefined;
}

/** What came of one test; it passed when there is no `error`. Plain JSON, so that it can leave a sandbox. */
export interface ContractResult {
  readonly name: string;
  readonly error?: string;
}

/** A runner for places that bring none: it collects tests and runs them one after the other. */
export interface CollectingRunner extends ContractRunner {
  /** Runs what was added, in order. */
  run(): Promise<ContractResult[]>;
}

/** A test that hangs must fail by name instead of holding up a whole runtime. */
const TEST_TIMEOUT_MS = 10_000;

/** Makes a collecting runner. */
export function createRunner(): CollectingRunner {
  const tests: {
    readonly name: string;
    readonly fn: () => Promise<void> | void;
  }[] = [];
  return {
    test: (name, fn) => void tests.push({ name, fn }),
    run: async () => {
      const results: ContractResult[] = [];
      for (const { name, fn } of tests) {
        const error = await errorOf(fn);
        results.push(error === undefined ? { name } : { name, error });
      }
      return results;
    },
  };
}

async function errorOf(
  fn: () => Promise<void> | void,
): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`No end after ${TEST_TIMEOUT_MS} ms`)),
      TEST_TIMEOUT_MS,
    );
  });
  try {
    await Promise.race([Promise.resolve().then(fn), deadline]);
    return undefined;
  } catch (error) {
    return describe(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Some engines put name and message at the head of the stack, some only the frames. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `Thrown: ${String(error)}`;
  const head = `${error.name}: ${error.message}`;
  const stack = error.stack ?? "";
  return stack.includes(error.message) ? stack : `${head}\n${stack}`;
}
