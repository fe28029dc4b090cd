import type { TestClient, TestClientOptions } from "edgehog/testing";
import type { ContractLibrary } from "./_runner.ts";
import { isCapturePath } from "../_kit/capture_paths.ts";

/** An event as it leaves. */
export interface WireEvent {
  readonly event: string;
  readonly distinct_id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly timestamp: string;
  readonly uuid: string;
}

/** A test client, what it warned of, and what it sent. */
export interface WireClient extends TestClient {
  /** Warnings, oldest first. */
  readonly warnings: readonly string[];
  /** Flushes, and gives every event sent so far. */
  sent(): Promise<WireEvent[]>;
}

/** Makes a client whose requests are looked at as they left, not as the emulator understands them. */
export function createWireClient(
  { testing }: ContractLibrary,
  options?: TestClientOptions,
): WireClient {
  const warnings: string[] = [];
  const client = testing.createTestClient(options);
  client.posthog.on("warning", (message) => warnings.push(message));
  return {
    ...client,
    warnings,
    async sent() {
      await client.posthog.flush();
      return client.emulator.requests
        .filter(({ path }) => isCapturePath(path))
        .flatMap(({ body }) =>
          (body as unknown as { readonly batch: WireEvent[] }).batch
        );
    },
  };
}
