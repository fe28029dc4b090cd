import { attempt } from "./guards.ts";

/** Whether the runtime stops work that nobody waits for once a response is sent: workerd, and Vercel's edge runtime. */
export function dropsUnfinishedWork(): boolean {
  const { navigator, EdgeRuntime } = globalThis as {
    navigator?: { userAgent?: string };
    EdgeRuntime?: unknown;
  };
  return navigator?.userAgent === "Cloudflare-Workers" ||
    EdgeRuntime !== undefined;
}

/** The runtime's `fetch` at this moment, to be called without a receiver. */
export function findFetch(): typeof globalThis.fetch | undefined {
  return (globalThis as { fetch?: typeof globalThis.fetch }).fetch;
}

/** What PostHog's build tooling leaves in the isolate: stack text to chunk id, and the release's id. Raw. */
export function findBuildIds(): {
  readonly chunkIds: unknown;
  readonly releaseId: unknown;
} {
  const { _posthogChunkIds: chunkIds, _posthogReleaseId: releaseId } =
    globalThis as { _posthogChunkIds?: unknown; _posthogReleaseId?: unknown };
  return { chunkIds, releaseId };
}

/** What the module formats of the package share in one isolate, by a name; made where there is none yet. */
export function findShared<Value>(name: string, create: () => Value): Value {
  const shared = globalThis as Record<symbol, unknown>;
  // A frozen global object shares nothing.
  return attempt(() =>
    shared[Symbol.for(`edgehog.${name}`)] ??= create()
  ) as Value ?? create();
}
