import { assertEquals } from "@std/assert";
import type { FlagDefinitionCache } from "edgehog";
import { createTestClient, type TestClient } from "edgehog/testing";
import { CAPTURE_PATH } from "../../_kit/capture_paths.ts";
import { digestText } from "../../../src/core/digest.ts";

/** What the clients' project is called in the store. */
export const PROJECT: string = digestText("phc_test").toString(36);

/** An isolate of its own: a client, its memory, and its way into the shared store. */
export type CreateIsolate = () => FlagDefinitionCache;

/** A store shared by isolates; each is a client with an emulator of its own, which counts what it is asked. */
export async function proveWarmStart(
  t: Deno.TestContext,
  createCache: CreateIsolate,
  loseLease: () => Promise<unknown>,
): Promise<void> {
  const createIsolate = (options: { readonly personalApiKey?: string } = {}) =>
    createTestClient({
      flags: { "new-nav": true },
      flagDefinitionCache: createCache(),
      strictLocalEvaluation: true,
      ...options,
    });

  await t.step("the first isolate fetches and stores", async () => {
    const first = createIsolate();
    await first.posthog.reloadFeatureFlags();
    assertEquals(statusesOf(first), [200]);
  });

  await t.step("a cold start answers without a request", async () => {
    const cold = createIsolate();
    const flags = await cold.posthog.evaluateFlags("user-1");
    assertEquals(flags.getFlag("new-nav"), true);
    assertEquals(statusesOf(cold), []);
  });

  await t.step("a cold start without a key never asks at all", async () => {
    const reader = createIsolate({ personalApiKey: "" });
    const flags = await reader.posthog.evaluateFlags("user-1");
    assertEquals(flags.getFlag("new-nav"), true);
    await reader.posthog.reloadFeatureFlags();
    assertEquals(statusesOf(reader), []);
  });

  await t.step("the first refresh of a cold start is conditional", async () => {
    await loseLease();
    const cold = createIsolate();
    await cold.posthog.reloadFeatureFlags();
    assertEquals(statusesOf(cold), [304]);
    const flags = await cold.posthog.evaluateFlags("user-1");
    assertEquals(flags.getFlag("new-nav"), true);
  });
}

function statusesOf({ emulator }: TestClient): number[] {
  return emulator.requests.filter(({ path }) => path !== CAPTURE_PATH)
    .map(({ status }) => status);
}
