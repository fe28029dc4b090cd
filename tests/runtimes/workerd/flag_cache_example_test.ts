import { assertEquals } from "@std/assert";
import { createPostHogEmulator } from "edgehog/dev";
import { digestText } from "../../../src/core/digest.ts";
import { createWorker, workerTest } from "../../_kit/workerd.ts";
import { serveEmulator } from "../../../scripts/cli/serve_emulator.ts";

const SECRET = "correct horse battery staple";

function createFlags(isOn: boolean) {
  const filters = { groups: [{ rollout_percentage: isOn ? 100 : 0 }] };
  return { flags: [{ key: "new-navigation", active: true, filters }] };
}

workerTest(
  "the example keeps KV warm by cron and webhook, and answers from it without asking PostHog",
  async () => {
    const emulator = createPostHogEmulator({ flags: createFlags(true) });
    await using server = await serveEmulator(emulator, 0);
    await using worker = await createWorker({
      entry: "examples/flag-cache/src/index.ts",
      bindings: {
        POSTHOG_API_KEY: "phc_x",
        POSTHOG_HOST: server.url,
        POSTHOG_PERSONAL_API_KEY: "phx_1",
        FLAG_WEBHOOK_SECRET: SECRET,
      },
      miniflare: { kvNamespaces: ["FLAGS"] },
    });
    const runCron = async () => {
      const { scheduled } = await worker.miniflare.getWorker() as unknown as {
        scheduled(options: object): Promise<{ readonly outcome: string }>;
      };
      return (await scheduled({ cron: "* * * * *" })).outcome;
    };
    const asked = () =>
      emulator.requests.filter(({ path }) => path.startsWith("/flags"))
        .map(({ path, status }) => `${path} ${status}`);

    assertEquals([await runCron(), await runCron()], ["ok", "ok"]);
    const page = await worker.fetch("/?visitor=user-1");
    assertEquals(await page.json(), { navigation: "new" });
    assertEquals(asked(), ["/flags/definitions 200", "/flags/definitions 304"]);

    emulator.setFlags(createFlags(false));
    const call = (secret: string) =>
      worker.fetch("/hooks/flags", {
        method: "POST",
        headers: { Authorization: `Bearer ${secret}` },
        body: "{}",
      });
    const forged = await call("guessed");
    await forged.body?.cancel();
    const response = await call(SECRET);
    assertEquals([forged.status, await response.json()], [401, {
      result: "changed",
    }]);
    const { get } = await worker.miniflare.getKVNamespace(
      "FLAGS",
    ) as unknown as {
      get(key: string): Promise<string>;
    };
    // Behind the key comes a digest of the project's token.
    const project = digestText("phc_x").toString(36);
    const { flags } = JSON.parse(
      await get(`edgehog:flag_definitions:${project}`),
    );
    assertEquals(flags, createFlags(false).flags);

    emulator.setFaultPolicy(() => ({ status: 503 }));
    assertEquals(await runCron(), "exception");
    assertEquals(asked().slice(2), [
      "/flags/definitions 200",
      "/flags/definitions 503",
    ]);
  },
);
