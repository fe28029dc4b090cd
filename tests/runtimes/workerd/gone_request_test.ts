import { assertEquals } from "@std/assert";
import { createPostHogEmulator, type PostHogEmulator } from "edgehog/dev";
import { within } from "../../_kit/within.ts";
import { createWorker, workerTest } from "../../_kit/workerd.ts";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";

/** A PostHog that leaves every request alone for good while it is silent; `/heard` is answered when it has got one. */
function createServer() {
  const emulator = createPostHogEmulator();
  const state = { isSilent: true };
  const { promise: hasHeard, resolve } = Promise.withResolvers<void>();
  const fetch: PostHogEmulator["fetch"] = async (input, init) => {
    if (new URL(String(input)).pathname === "/heard") {
      await within(hasHeard, 10_000, "a request is made");
      return new Response("heard");
    }
    resolve();
    if (state.isSilent) return await new Promise(() => {});
    return await emulator.fetch(input, init);
  };
  return { state, events: emulator.events, server: { ...emulator, fetch } };
}

const ENTRY = "tests/runtimes/workerd/_gone_request_worker.ts";

for (
  const [path, count, what] of [
    ["/lose", 1, "a scope sends"],
    ["/lose-client", 2, "the client sends"],
    ["/lose-flags", 1, "the client evaluates an event's flags"],
  ] as const
) {
  workerTest(
    `a request that ends while ${what} leaves its events to the next one's drain (CAP-266)`,
    async () => {
      const { state, events, server } = createServer();
      await using served = await serveEmulator(server, 0);
      await using worker = await createWorker({ entry: ENTRY });
      const ask = async (asked: string, query: Record<string, string> = {}) => {
        const parameters = new URLSearchParams({ host: served.url, ...query });
        const response = await worker.fetch(`${asked}?${parameters}`);
        return await response.json();
      };
      await ask(path, { event: "lost" });
      state.isSilent = false;

      const names = () => events.map(({ event }) => event);
      await ask("/keep", { event: "second" });
      assertEquals(names(), ["second"], "the first may still be at it");
      await ask("/skip", { ms: "60000" });
      await ask("/keep", { event: "third" });
      const lost = Array.from({ length: count }, () => "lost");
      assertEquals(names(), ["second", "third", ...lost]);
      assertEquals(await ask("/"), { queued: 0, errors: [] });
    },
  );
}

workerTest(
  "a shutdown ends although a cycle of another request can't be reached (CAP-272)",
  async () => {
    const { server } = createServer();
    await using served = await serveEmulator(server, 0);
    await using worker = await createWorker({ entry: ENTRY });
    const parameters = new URLSearchParams({ host: served.url, event: "lost" });
    const lost = await worker.fetch(`/lose-client?${parameters}`);
    await lost.body?.cancel();
    const response = await worker.fetch("/shutdown");
    const { queued, errors } = await response.json();
    assertEquals([response.status, queued, errors.length], [200, 0, 1]);
  },
);
