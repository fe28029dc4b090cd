import { assertEquals } from "@std/assert";
import { createPostHogEmulator, type PostHogEmulator } from "edgehog/dev";
import { buildFlagDefinitions } from "edgehog/testing";
import { within } from "../../_kit/within.ts";
import { createWorker, type Worker, workerTest } from "../../_kit/workerd.ts";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";

/** A PostHog that leaves its first request alone for good if it `isDeaf`; `/heard` is answered when it has got one. */
function createServer({ isDeaf = false } = {}) {
  const emulator = createPostHogEmulator({
    flags: buildFlagDefinitions({ pricing: "monthly" }),
  });
  const { promise: hasHeard, resolve } = Promise.withResolvers<void>();
  let requests = 0;
  const fetch: PostHogEmulator["fetch"] = async (input, init) => {
    if (new URL(String(input)).pathname === "/heard") {
      await within(hasHeard, 10_000, "a request is made");
      return new Response("heard");
    }
    resolve();
    if (isDeaf && requests++ === 0) return await new Promise(() => {});
    return await emulator.fetch(input, init);
  };
  return { ...emulator, fetch };
}

function createClientWorker(host: string, cache: string): Promise<Worker> {
  return createWorker({
    entry: "tests/runtimes/workerd/_definitions_worker.ts",
    bindings: { POSTHOG_HOST: host, CACHE: cache },
  });
}

async function ask(worker: Worker, path = "/"): Promise<{
  readonly pricing?: string;
  readonly waits?: readonly number[];
}> {
  const answer = worker.fetch(path).then((response) => response.json());
  return await within(answer, 10_000, "a request is answered");
}

for (const cache of ["none", "memory"]) {
  workerTest(
    `a client at a Worker's module scope refreshes after its TTL, with the cache "${cache}" (FLG-021)`,
    async () => {
      const server = createServer();
      await using served = await serveEmulator(server, 0);
      await using worker = await createClientWorker(served.url, cache);
      const seen: unknown[] = [];
      const look = async () => seen.push((await ask(worker)).pricing);
      await look();
      await ask(worker, "/skip?ms=60000");
      await look();
      server.setFlags(buildFlagDefinitions({ pricing: "annual" }));
      await look();
      await ask(worker, "/skip?ms=60000");
      await look();
      await look();
      assertEquals(seen, [
        "monthly",
        "monthly",
        "monthly",
        "monthly",
        "annual",
      ]);
      assertEquals(server.requests.map(({ status }) => status), [
        200,
        304,
        200,
      ]);
    },
  );

  workerTest(
    `a client at a Worker's module scope sees a change within two intervals without a scope, with the cache "${cache}" (FLD-080)`,
    async () => {
      const server = createServer();
      await using served = await serveEmulator(server, 0);
      await using worker = await createClientWorker(served.url, cache);
      const seen: unknown[] = [];
      const look = async () => seen.push((await ask(worker, "/bare")).pricing);
      await look();
      server.setFlags(buildFlagDefinitions({ pricing: "annual" }));
      for (let half = 0; half < 4; half++) {
        await ask(worker, "/skip?ms=15000");
        await look();
      }
      assertEquals([seen[0], seen.at(-1)], ["monthly", "annual"]);
      // The first that found them older than an interval waited for them.
      assertEquals(seen.indexOf("annual") <= 2, true);
      assertEquals(server.requests.map(({ status }) => status).slice(0, 2), [
        200,
        200,
      ]);
    },
  );

  workerTest(
    `200 first requests at once make one definitions request, with the cache "${cache}" (FLD-031)`,
    async () => {
      const server = createServer();
      await using served = await serveEmulator(server, 0);
      await using worker = await createClientWorker(served.url, cache);
      const answers = await Promise.all(
        Array.from({ length: 200 }, () => ask(worker)),
      );
      assertEquals(
        [...new Set(answers.map(({ pricing }) => pricing))],
        ["monthly"],
      );
      assertEquals(server.requests.length, 1);
    },
  );

  workerTest(
    `200 requests at once on a cold isolate answer although the first one is gone mid-load, with the cache "${cache}" (FLD-031)`,
    async () => {
      const server = createServer({ isDeaf: true });
      await using served = await serveEmulator(server, 0);
      await using worker = await createClientWorker(served.url, cache);
      const lost = ask(worker, "/lose");
      const others = Array.from({ length: 200 }, async () => {
        await lost;
        return (await ask(worker)).pricing;
      });
      assertEquals(
        await within(Promise.all(others), 10_000, "all requests are answered"),
        others.map(() => "monthly"),
      );
      // The one that the server left alone is not among them.
      assertEquals(server.requests.length, 1);
    },
  );
}

workerTest(
  "a cache that hangs costs a Worker its bound and no flag (FLD-086)",
  async () => {
    const server = createServer();
    await using served = await serveEmulator(server, 0);
    await using worker = await createClientWorker(served.url, "hanging");
    const { pricing, waits = [] } = await ask(worker);
    assertEquals(pricing, "monthly");
    // The store; what reads is bounded by a quarter of the time.
    assertEquals(waits.filter((ms) => ms === 2000).length, 1);
    // Beside them what bounds the access, its own load and the request. A turn of grace after a deadline is no wait.
    assertEquals(
      waits.filter((ms) => ms !== 2000 && ms !== 0).sort((a, b) => a - b),
      [750, 1500, 3000, 10_000],
    );
  },
);
