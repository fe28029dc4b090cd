import { createPostHogEmulator, type PostHogEmulator } from "edgehog/dev";
import { buildFlagDefinitions } from "edgehog/testing";
import { within } from "../../_kit/within.ts";
import { createWorker, type Worker } from "../../_kit/workerd.ts";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";

/** What an isolate answered. */
export interface Evaluation {
  readonly value: string;
  readonly source: string;
}

/** Isolates in workerd that share a cache, and the PostHog they ask. `await using` ends them. */
export interface CacheFleet extends AsyncDisposable {
  readonly worker: Worker;
  /** Evaluates the flag in an isolate, and waits for all that this begins. */
  evaluate(isolate?: string): Promise<Evaluation>;
  /** Moves the isolates' time on. */
  skip(ms: number): Promise<void>;
  /**
   * Begins an evaluation in the isolate of module scope, and resolves when its load has asked PostHog, which will never
   * answer. Its request ends when nine more have begun.
   */
  lose(): Promise<{ readonly ended: Promise<void> }>;
  /** Sets the flag's only variant. */
  setGreeting(variant: string): void;
  /** The requests since the last call: path, whether conditional, status. */
  takeRequests(): readonly string[];
}

const ENTRY = "tests/runtimes/workerd/_cache_worker.ts";

/** Starts a {@linkcode CacheFleet} whose PostHog says "hello". */
export async function createCacheFleet(
  cache: "kv" | "cache-api",
): Promise<CacheFleet> {
  const emulator = createPostHogEmulator();
  const heard = Promise.withResolvers<void>();
  const ten = Promise.withResolvers<void>();
  let isSilent = false;
  let taken = 0;
  const fetch: PostHogEmulator["fetch"] = async (input, init) => {
    const { pathname } = new URL(String(input));
    if (pathname === "/ten") {
      ten.resolve();
      return new Response();
    }
    if (pathname === "/heard") {
      await within(ten.promise, 10_000, "ten requests are made");
      return new Response();
    }
    if (isSilent) {
      isSilent = false;
      heard.resolve();
      return await new Promise(() => {});
    }
    return await emulator.fetch(input, init);
  };
  const served = await serveEmulator({ ...emulator, fetch }, 0);
  const worker = await createWorker({
    entry: ENTRY,
    bindings: { POSTHOG_HOST: served.url, CACHE: cache },
    miniflare: { kvNamespaces: ["FLAGS"] },
  });
  const ask = async (path: string) => {
    const response = await worker.fetch(path);
    return await response.json();
  };
  const setGreeting = (variant: string) =>
    emulator.setFlags(buildFlagDefinitions({ greeting: variant }));
  setGreeting("hello");
  return {
    worker,
    evaluate: (isolate = "module") => ask(`/evaluate?isolate=${isolate}`),
    async skip(ms) {
      await ask(`/skip?ms=${ms}`);
    },
    async lose() {
      isSilent = true;
      const lost = ask("/lose");
      await within(heard.promise, 10_000, "a load is begun");
      return { ended: lost };
    },
    setGreeting,
    takeRequests() {
      const requests = emulator.requests.slice(taken);
      taken += requests.length;
      return requests.map(({ path, headers, status }) => {
        const isConditional = headers["if-none-match"] !== undefined;
        return `${path}${isConditional ? " conditional" : ""} ${status}`;
      });
    },
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]();
      await served[Symbol.asyncDispose]();
    },
  };
}
