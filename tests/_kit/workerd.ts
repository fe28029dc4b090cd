import { Miniflare, type MiniflareOptions } from "miniflare";
import { bundle } from "./bundle.ts";

/** The date whose behaviour the Workers run with, unless they say otherwise. */
export const COMPATIBILITY_DATE = "2026-07-01";

/** A Worker to run: one of `entry` and `script`. */
export interface WorkerOptions {
  /** A TypeScript module, absolute or relative to the checkout; `edgehog` comes from the sources. */
  readonly entry?: string;
  /** A module's JavaScript. */
  readonly script?: string;
  /** Plain bindings: `env.NAME`. */
  readonly bindings?: MiniflareOptions["bindings"];
  readonly compatibilityDate?: string;
  readonly compatibilityFlags?: readonly string[];
  /** Anything else that Miniflare takes: `kvNamespaces`, `queueProducers`, `outboundService`, `port` … */
  readonly miniflare?: Partial<MiniflareOptions>;
}

/** A Worker in workerd. `await using` ends it. */
export interface Worker extends AsyncDisposable {
  /** Where it listens, on loopback. */
  readonly url: URL;
  /** A request straight to its handler. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** For KV namespaces and the like. */
  readonly miniflare: Miniflare;
}

/** Starts a Worker in workerd, through Miniflare, and waits until it answers. */
export async function createWorker(options: WorkerOptions): Promise<Worker> {
  const { entry, script = entry === undefined ? undefined : bundle(entry) } =
    options;
  if (script === undefined) {
    throw new TypeError(
      'Cannot create a worker: neither "entry" nor "script" is given',
    );
  }
  const miniflare = new Miniflare({
    // Miniflare would ask for Cloudflare's description of the colo; nothing here leaves the machine.
    cf: false,
    modules: true,
    script,
    compatibilityDate: options.compatibilityDate ?? COMPATIBILITY_DATE,
    compatibilityFlags: [...options.compatibilityFlags ?? []],
    ...(options.bindings === undefined ? {} : { bindings: options.bindings }),
    ...options.miniflare,
  } as MiniflareOptions);
  const url = await miniflare.ready.catch(async (error: unknown) => {
    await miniflare.dispose();
    throw error;
  });
  return {
    url,
    miniflare,
    fetch: (path, init) => fetch(new URL(path, url), init),
    [Symbol.asyncDispose]: () => miniflare.dispose(),
  };
}

/**
 * A test that uses a Worker. Deno's sanitizers are off in it, since Miniflare leaves a message port open and
 * removes its temporary directory after it has said that it is done.
 */
export function workerTest(
  name: string,
  fn: (t: Deno.TestContext) => Promise<void>,
): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}
