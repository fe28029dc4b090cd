import { assertEquals } from "@std/assert";
import {
  createFeatureflipEmulator,
  type FeatureflipEmulator,
} from "edgehog/dev";
import { createWorker, type Worker, workerTest } from "../../_kit/workerd.ts";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";

const BINDINGS = { FEATUREFLIP_SDK_KEY: "sdk-workerd" };

function paths({ requests }: FeatureflipEmulator): readonly string[] {
  return requests.map(({ path }) => path.replace("/v1/sdk/", ""));
}

/** An emulator that says when so many requests have been answered. */
function observe(emulator: FeatureflipEmulator) {
  const waiting: { readonly count: number; readonly done: () => void }[] = [];
  const answered = () =>
    emulator.requests.filter(({ status }) => status > 0).length;
  const fetch: typeof emulator.fetch = async (input, init) => {
    const response = await emulator.fetch(input, init);
    for (const { count, done } of waiting) if (answered() >= count) done();
    return response;
  };
  const until = (count: number) =>
    new Promise<void>((done) => {
      if (answered() >= count) done();
      else waiting.push({ count, done });
    });
  return { fetch, until };
}

async function read(worker: Worker, path: string): Promise<unknown> {
  const body = await (await worker.fetch(path)).json();
  assertEquals(body.early, "FlagNotFound");
  return [body.value, body.initialized, body.warnings];
}

/** Reads until the flag has the value: when an isolate has dealt with an answer, only its own answers tell. */
async function readUntil(worker: Worker, value: boolean): Promise<unknown> {
  for (let tries = 1000; tries > 0; tries--) {
    const answer = await read(worker, "/");
    if ((answer as readonly unknown[])[0] === value) return answer;
  }
  return undefined;
}

// By a navigator, by none, and with Node's process as well: what tells a Worker from a server.
for (const flags of [[], ["nodejs_compat"]]) {
  workerTest(
    `a fresh isolate answers its first read with one request, and has no stream [${flags}] (FFL-233, FFL-234, FFL-235, FFL-236)`,
    async () => {
      const emulator = createFeatureflipEmulator({ flags: { on: true } });
      const { fetch, until } = observe(emulator);
      await using server = await serveEmulator({ fetch }, 0);
      await using worker = await createWorker({
        entry: "tests/runtimes/workerd/_featureflip_worker.ts",
        bindings: { ...BINDINGS, FEATUREFLIP_BASE_URL: server.url },
        compatibilityFlags: flags,
      });
      assertEquals(await read(worker, "/wait"), [true, true, []]);
      assertEquals(paths(emulator), ["flags"]);
      // The third event, after that of the global scope, fills a batch, which leaves under the request's `waitUntil`.
      assertEquals(await read(worker, "/"), [true, true, []]);
      await until(2);
      assertEquals(paths(emulator), ["flags", "events"]);
      assertEquals(emulator.events.length, 3);
      emulator.setFlag("on", false);
      assertEquals(await read(worker, "/advance"), [true, true, []]);
      assertEquals(await readUntil(worker, false), [false, true, []]);
      const asked = paths(emulator).filter((path) => path !== "events");
      assertEquals([emulator.openStreams, asked], [0, ["flags", "flags"]]);
    },
  );
}

workerTest(
  "an isolate without Featureflip serves defaults, then what it had, and recovers (FFL-161, FFL-192)",
  async () => {
    const emulator = createFeatureflipEmulator({ flags: { on: true } });
    const { fetch } = observe(emulator);
    await using server = await serveEmulator({ fetch }, 0);
    await using worker = await createWorker({
      entry: "tests/runtimes/workerd/_featureflip_worker.ts",
      bindings: { ...BINDINGS, FEATUREFLIP_BASE_URL: server.url },
    });
    emulator.setFaultPolicy(() => ({ status: 503 }));
    const down =
      "[featureflip] Cannot load flags: the answer is 503 without flags";
    assertEquals(await read(worker, "/wait"), [false, false, [down]]);
    emulator.setFaultPolicy(undefined);
    assertEquals(await read(worker, "/advance"), [false, false, [down]]);
    assertEquals(await readUntil(worker, true), [true, true, [down]]);
  },
);

workerTest(
  "events of a request that ended while it sent them are sent again by another (FFL-178, FFL-240)",
  async () => {
    const emulator = createFeatureflipEmulator({ flags: { on: true } });
    await using server = await serveEmulator(emulator, 0);
    await using worker = await createWorker({
      entry: "tests/runtimes/workerd/_featureflip_worker.ts",
      bindings: { ...BINDINGS, FEATUREFLIP_BASE_URL: server.url },
    });
    const flush = async (path: string) =>
      (await (await worker.fetch(path)).json()).delivered;
    await (await worker.fetch("/abandon")).text();
    assertEquals(await flush("/flush"), 0);
    assertEquals(await flush("/advance/flush"), 1);
    assertEquals(await flush("/advance/flush"), 0);
    assertEquals(emulator.events.length, 1);
  },
);

workerTest(
  "the Featureflip example answers by flags, and sends each request's events",
  async () => {
    const emulator = createFeatureflipEmulator({
      flags: {
        "new-checkout": true,
        "pricing-tier": "pro",
        banner: { text: "Sale" },
        "order-limit": 5,
      },
    });
    const { fetch, until } = observe(emulator);
    await using server = await serveEmulator({ fetch }, 0);
    await using worker = await createWorker({
      entry: "examples/featureflip-worker/src/index.ts",
      bindings: { ...BINDINGS, FEATUREFLIP_BASE_URL: server.url },
    });
    assertEquals(await (await worker.fetch("/?visitor=u-9")).json(), {
      checkout: true,
      reason: "Fallthrough",
      tier: "pro",
      banner: { text: "Sale" },
    });
    await until(2);
    assertEquals(await (await worker.fetch("/order?visitor=u-9")).json(), {
      limit: 5,
    });
    await until(3);
    assertEquals(
      emulator.events.map(({ flagKey, userId }) => [flagKey, userId]),
      [
        ["new-checkout", "u-9"],
        ["pricing-tier", "u-9"],
        ["banner", "u-9"],
        ["order-limit", "u-9"],
        ["order-paid", "u-9"],
      ],
    );
    assertEquals(paths(emulator), ["flags", "events", "events"]);
  },
);
