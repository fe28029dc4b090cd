import type { PostHogOptions } from "edgehog";
import { createTestClient, type TestClient } from "edgehog/testing";

/** A client in a runtime that may stop requests, and the switch that stops whoever sends meanwhile. */
export interface StoppableClient extends TestClient {
  /** While `isGone`, nothing that begins ever ends: no wait, no request. */
  readonly state: { isGone: boolean };
  /** The names of the events of each batch, gone ones included. */
  readonly batches: string[];
  readonly warnings: string[];
}

/** Makes a client some of whose requests will stop in the middle. */
export function createStoppableClient(
  options: PostHogOptions = {},
): StoppableClient {
  const state = { isGone: false };
  const batches: string[] = [];
  const warnings: string[] = [];
  const forever = () => new Promise<never>(() => {});
  const client: TestClient = createTestClient({
    retryJitter: 0,
    ...options,
    fetch: (url, init) => {
      const { batch } = JSON.parse(new TextDecoder().decode(
        init?.body as Uint8Array,
      ));
      batches.push(batch.map(({ event }: { event: string }) => event).join(""));
      return state.isGone ? forever() : client.emulator.fetch(url, init);
    },
    sleep: Object.assign(
      (ms: number, signal?: AbortSignal) =>
        state.isGone ? forever() : client.clock.sleep(ms, signal),
      {
        look: (ms: number, signal?: AbortSignal) =>
          client.clock.look?.(ms, signal),
      },
    ) as NonNullable<PostHogOptions["sleep"]>,
  });
  client.posthog.on("warning", (message) => void warnings.push(message));
  return { ...client, state, batches, warnings };
}

/** Runs `work` in a runtime that stops what nobody waits for, such as Vercel's edge runtime. */
export async function onDroppingRuntime(
  work: () => Promise<void>,
): Promise<void> {
  const place = globalThis as { EdgeRuntime?: unknown };
  place.EdgeRuntime = "edge-runtime";
  try {
    await work();
  } finally {
    delete place.EdgeRuntime;
  }
}
