import { existsSync } from "node:fs";
import { createWorker } from "../_kit/workerd.ts";
import { fromRoot } from "../_kit/paths.ts";
import { say } from "../_kit/run.ts";
import { testProject } from "./_project.ts";
import { startServer } from "./_program.ts";

const chromium = findChromium();
if (chromium === undefined) {
  say(
    "The tests of the emulator's page are skipped: there is no Chromium in /usr/bin, and none in CHROMIUM",
  );
}

/** Of the shop that the example Worker is. */
const FLAGS = {
  flags: [
    {
      id: 1,
      key: "new-navigation",
      active: true,
      version: 1,
      filters: { groups: [{ properties: [], rollout_percentage: 100 }] },
    },
  ],
};

testProject("page", async ({ run, directory }, t) => {
  const runTests = (file: string, env: Record<string, string> = {}) => {
    const variables = { CHROMIUM: chromium ?? "", ...env };
    const settings = Object.entries(variables).map(([name, value]) =>
      `${name}=${value}`
    );
    return run("env", ...settings, "node", "--test", file);
  };

  await t.step(
    "by click and by keyboard, with the example Worker",
    async () => {
      await using server = await startServer(
        ["node", "server.mjs"],
        directory,
        { FLAGS: JSON.stringify(FLAGS) },
      );
      // Without a key for definitions the Worker asks for its flags at each request.
      await using worker = await createWorker({
        entry: fromRoot("examples/cloudflare-worker/src/index.ts"),
        bindings: { POSTHOG_API_KEY: "phc_page", POSTHOG_HOST: server.url },
      });
      await runTests("browser.test.mjs", {
        EMULATOR_URL: server.url,
        WORKER_URL: worker.url.href,
      });
    },
  );

  await t.step("what events and flags say is never markup", async () => {
    await runTests("injection.test.mjs");
  });

  await t.step("every control has a name, in light and dark", async () => {
    await runTests("access.test.mjs");
  });

  await t.step("a kill loses nothing that was acknowledged", async () => {
    await runTests("crash.test.mjs");
  });
}, { ignore: chromium === undefined });

/** Debian's, or another of its kind. */
function findChromium(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const paths = [
    Deno.env.get("CHROMIUM"),
    ...names.map((name) => `/usr/bin/${name}`),
  ];
  return paths.find((path) => path !== undefined && existsSync(path));
}
