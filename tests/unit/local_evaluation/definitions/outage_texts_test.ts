import { assertEquals } from "@std/assert";
import { createTestClient } from "edgehog/testing";

/** How runtimes and proxies word a connection that failed, and what is told of it. */
const CAUSES: readonly (readonly [cause: string, told: string])[] = [
  ["connection refused", "connection refused (definitions at hand are kept)"],
  ["Connection refused.", "Connection refused. (definitions at hand are kept)"],
];

for (const [cause, told] of CAUSES) {
  Deno.test(`A load that failed by '${cause}' is told of in whole sentences`, async () => {
    const { posthog, logs } = createTestClient({
      fetch: () => Promise.reject(new TypeError(cause)),
    });
    await posthog.reloadFeatureFlags();
    assertEquals(
      logs.filter(({ message }) => message.endsWith(`TypeError: ${told}`))
        .map(({ level }) => level),
      ["warn"],
    );
  });
}
